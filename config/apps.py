from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("Operations")


class DeskAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site as `admin.site`; named in INSTALLED_APPS."""

    default = False
    default_site = "config.admin_site.DeskSite"
