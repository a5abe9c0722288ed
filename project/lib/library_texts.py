"""Library texts that our own catalogue translates. Nothing imports this module.

`make messages` collects them here; otherwise it would drop their translations. The
libraries lack some of them; others mix in English words or wrong cases: Django's admin
would offer to "Добавить участник".
"""

from django.utils.translation import gettext_noop as _

REST_FRAMEWORK = [
    _("A valid biginteger is required."),
    _("A {value_type} identifying this {name}."),
    _("Date has wrong format. Use one of these formats instead: {format}."),
    _("Datetime has wrong format. Use one of these formats instead: {format}."),
    _("Datetime value out of range."),
    _("Ensure this field has at least {min_length} elements."),
    _("Ensure this field has no more than {max_length} elements."),
    _("Expected a date but got a datetime."),
    _("Expected a datetime but got a date."),
    _('Expected a list of items but got type "{input_type}".'),
    _("Expected available in {wait} second."),
    _("Expected available in {wait} seconds."),
    _("Integer value too large to convert to float"),
    _("Invalid data. Expected a dictionary, but got {datatype}."),
    _('Invalid datetime for the timezone "{timezone}".'),
    _("Invalid input."),
    _("Must be a valid UUID."),
    _("Must be a valid boolean."),
    _("Not a valid string."),
    _("Request was throttled."),
    _("Surrogate characters are not allowed: U+{code_point:X}."),
    _("The submitted data was not a file. Check the encoding type on the form."),
    _("This dictionary may not be empty."),
    _("This field may not be null."),
    _("UUID string"),
    _("unique integer value"),
    _("unique value"),
]

SIMPLE_JWT = [_("Authorization header must contain two space-delimited values")]

DRF_GIS = [
    _(
        "Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or "
        "HEXEWKB."
    ),
]

AUTH = [_("The password is too similar to the %(verbose_name)s.")]

ADMIN = [
    _("Add %(name)s"),
    _("Add %s"),
    _("Add another %(model)s"),
    _(
        "Are you sure you want to delete the %(object_name)s "
        '"%(escaped_object)s"? All of the following related items will be deleted:'
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? "
        "All of the following objects and their related items will be deleted:"
    ),
    _("Change %s"),
    _("Change selected %(model)s"),
    _("Delete selected %(model)s"),
    _("Delete selected %(verbose_name_plural)s"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("Successfully deleted %(count)d %(items)s."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("View %s"),
    _("View selected %(model)s"),
]
