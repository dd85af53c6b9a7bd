from urllib.parse import urlencode


def download(record, field="file", filename_field="name"):
    """Return the action that has the web client download the file in a record's field.

    :param filename_field: the field with the name under which it is saved
    """
    query = urlencode(
        {
            "model": record._name,
            "id": record.id,
            "field": field,
            "filename_field": filename_field,
            "download": "true",
        }
    )
    return {
        "type": "ir.actions.act_url",
        "url": f"/web/content?{query}",
        "target": "download",
    }
