// A choice by search has no name of its own: it gets its field's, followed by what is chosen.
"use strict";
{
  const $ = django.jQuery;
  const make = $.fn.djangoAdminSelect2;

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

  $.fn.djangoAdminSelect2 = function () {
    make.call(this);
    this.each((_index, select) => name(select));
    return this;
  };
}
