"""Where mail goes: one address says it."""

from factually import mail


def test_a_mail_server_is_given_up_after_seconds() -> None:
    settings = mail.settings_for("smtp+tls://me:secret@mail.example.org:587")

    assert settings["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert settings["EMAIL_USE_TLS"]
    assert settings["EMAIL_TIMEOUT"] == 20
    assert mail.kept_in(settings) == ""


def test_a_provider_is_named_with_its_own_settings() -> None:
    settings = mail.settings_for("anymail+mailgun://?api_key=k&sender_domain=mg.example.org")

    assert settings == {
        "EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend",
        "ANYMAIL": {"MAILGUN_API_KEY": "k", "MAILGUN_SENDER_DOMAIN": "mg.example.org"},
    }


def test_a_provider_of_two_words_is_written_with_a_hyphen() -> None:
    settings = mail.settings_for("anymail+amazon-ses://?configuration_set_name=news")

    assert settings["EMAIL_BACKEND"] == "anymail.backends.amazon_ses.EmailBackend"
    assert settings["ANYMAIL"] == {"AMAZON_SES_CONFIGURATION_SET_NAME": "news"}


def test_a_folder_may_take_the_place_of_a_server() -> None:
    assert mail.kept_in(mail.settings_for("filemail:///var/mails")) == "var/mails"
    assert mail.kept_in(mail.folder("/var/mails")) == "/var/mails"
