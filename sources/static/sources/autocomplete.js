// A choice by search has a name of its own: its field's, followed by what is chosen. An address that was searched may be added.
"use strict";
{
  const $ = django.jQuery;
  const make = $.fn.djangoAdminSelect2;
  const ADD = "add";
  const ADDRESS = /^(https?:\/\/[^\s/]+\.\S+|(doi:|arxiv:)\s*\S+|10\.\d{4,9}\/\S+)$/i;

  const name = (select) => {
    const shown = select.nextElementSibling?.querySelector(".select2-selection__rendered");
    if (!shown) return;
    // It is no field: what has the focus is the box around it.
    shown.removeAttribute("role");
    shown.removeAttribute("aria-readonly");
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    if (!label) return;
    label.id ||= `${select.id}_label`;
    shown.closest("[role=combobox]")?.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
  };

  const plus = (select) => document.getElementById(`add_${select.id}`);

  // One that was found alone is what stands at the address.
  $.fn.select2.defaults.set("ajax--processResults", function (found, { term = "" }) {
    const [select] = this.$element;
    const url = term.trim();
    const isNew = select.dataset.add && plus(select) && ADDRESS.test(url) && found.results.length !== 1;
    if (!isNew || found.pagination?.more) return found;
    const offer = { id: ADD, text: select.dataset.add.replace("%s", () => url), url };
    return { ...found, results: [...found.results, offer] };
  });

  // The pop-up opens as it does for the plus beside the field, with the address in its form.
  const add = (select, url) => {
    const link = plus(select);
    const { href } = link;
    const withUrl = new URL(href);
    withUrl.searchParams.set("url", url);
    link.href = withUrl;
    link.click();
    link.href = href;
  };

  $.fn.djangoAdminSelect2 = function () {
    make.call(this);
    this.each((_index, select) => name(select));
    this.on("select2:selecting", (event) => {
      const { data } = event.params.args;
      if (data.id !== ADD) return;
      event.preventDefault();
      $(event.target).select2("close");
      add(event.target, data.url);
    });
    return this;
  };
}
