/* SPDX-License-Identifier: MIT */
#include "worker/beget/request.h"

#include "shared/io/http.h"
#include "shared/io/json.h"

#include <assert.h>
#include <string.h>

static struct json *parse(const char *text)
{
    struct err ignored = ERR_INIT;
    struct json *value = json_parse(text, strlen(text), &ignored);

    assert(value); /* this program printed it */
    return value;
}

void beget_request_input(const struct beget_method_row *row,
                         const struct beget_argument arguments[], struct buf *out)
{
    struct json *input = json_object();

    for (size_t i = 0; i < BEGET_PARAMETERS_MAX && row->parameters[i].name; i++) {
        const struct beget_parameter *parameter = &row->parameters[i];

        switch (parameter->type) {
        case BEGET_PARAMETER_TEXT:
            json_set_text(input, parameter->name, arguments[i].text);
            break;
        case BEGET_PARAMETER_INT:
            json_set_int(input, parameter->name, arguments[i].number);
            break;
        case BEGET_PARAMETER_JSON:
            json_set(input, parameter->name, parse(arguments[i].text));
            break;
        case BEGET_PARAMETER_NONE:
            assert(false); /* a name without a type: a defect of the table */
        }
    }
    json_print(input, out);
    json_free(input);
}

void beget_request_form(const char *login, const char *password, const char *input, struct buf *out)
{
    buf_addf(out, "login=");
    http_add_escaped(out, login);
    buf_addf(out, "&passwd=");
    http_add_escaped(out, password);
    buf_addf(out, "&input_format=json&output_format=json&input_data=");
    http_add_escaped(out, input);
}

void beget_request_wipe(struct buf *form)
{
    volatile char *bytes = form->data; /* a store that nobody reads would be left out */

    for (size_t i = 0; i < form->cap; i++) {
        bytes[i] = '\0';
    }
    buf_free(form);
}
