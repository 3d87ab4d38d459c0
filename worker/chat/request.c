/* SPDX-License-Identifier: MIT */
#include "worker/chat/request.h"

#include "shared/io/json.h"

#include <stdio.h>
#include <string.h>

/* Nobody's name may look like another line of the card. */
static void keep_in_line(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ') {
            *text = ' ';
        }
    }
}

static void read_who(const struct json *from, char out[REQUEST_NAME_SIZE])
{
    const char *parts[] = {json_text(from, "first_name"), json_text(from, "last_name"),
                           json_text(from, "username")};
    const char *between[] = {" ", " ", ", @"};
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const char *before = used > 0 ? between[i] : i == 2 ? "@" : "";

        if (parts[i] && parts[i][0] != '\0') {
            (void)snprintf(out + used, REQUEST_NAME_SIZE - used, "%s%s", before, parts[i]);
            used = strlen(out);
        }
    }
    keep_in_line(out);
}

bool request_read(const struct incoming *incoming, struct request *out, struct err *err)
{
    const char *text = incoming->update->payload;
    struct json *payload = json_parse(text, strlen(text), err);
    struct request request = {.chat_id = incoming->update->chat_id,
                              .language = incoming->language,
                              .group = incoming->group};
    const char *title = json_text(payload, "request.chat.title");

    if (!payload) {
        return err_prefix(err, "payload");
    }
    read_who(json_at(payload, "request.from"), request.who);
    (void)snprintf(request.title, sizeof(request.title), "%s", title ? title : "");
    keep_in_line(request.title);
    json_free(payload);
    *out = request;
    return true;
}

/*
 * The whole question is on the card, so that its buttons lead to the answers at once. What they
 * were drawn from is the language in which the other side will hear of it.
 */
static struct target answer_of(const struct request *request, enum change_id change)
{
    const char *who = request->group ? request->title : request->who;
    const char *seen = language_name(request->language);
    char quoted[TEXT_QUOTE_SIZE];
    char text[sizeof(quoted) + 32];
    struct text_number chat;

    (void)snprintf(text, sizeof(text), "%s%s%s", text_number(&chat, request->chat_id),
                   who[0] != '\0' ? " " : "", text_quote(who, strlen(who), quoted));
    return target_with_text(target_of_change(TARGET_DO, change, "", seen), text);
}

void draw_request(const struct request *request, struct page *page)
{
    struct target allow = answer_of(request, CHANGE_REQUEST_ALLOW);
    struct target ignore = answer_of(request, CHANGE_ACCESS_IGNORE);
    const char *who =
        request->who[0] != '\0' ? request->who : text_template(page->language, TEXT_REQUEST_NOBODY);
    struct text_number chat;

    page_line(page, request->group ? TEXT_REQUEST_GROUP : TEXT_REQUEST_PERSON,
              TEXT_ARGS({"who", who}, {"title", request->title},
                        {"chat", text_number(&chat, request->chat_id)}));
    page_line(page, TEXT_REQUEST_SILENCE, NULL);
    page_button(page, TEXT_BUTTON_REQUEST_ALLOW, NULL, &allow, true);
    page_button(page, TEXT_BUTTON_REQUEST_IGNORE, NULL, &ignore, false);
}
