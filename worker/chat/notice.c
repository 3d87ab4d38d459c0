/* SPDX-License-Identifier: MIT */
#include "worker/chat/notice.h"

#include "shared/io/json.h"
#include "worker/chat/log_words.h"
#include "worker/chat/page.h"

#include <string.h>

static const char OPERATORS[] = "operator."; /* what people do by hand in Redis */

void notice_init(struct notice *notice, int64_t admin, enum language language)
{
    *notice = (struct notice){.admin = admin, .language = language};
    buf_init(&notice->lines, PAGE_TEXT_MAX_BYTES);
}

void notice_free(struct notice *notice)
{
    buf_free(&notice->lines);
}

/* A choice that concerns whoever made it, and nobody else. */
static const char OWN_CHOICE[] = "language";

static bool is_change(const struct event *event)
{
    return strcmp(event->action, OWN_CHOICE) != 0 &&
           (event->result == EVENT_OK || event->result == EVENT_UNKNOWN) &&
           (event->before[0] != '\0' || event->after[0] != '\0') &&
           strncmp(event->action, OPERATORS, sizeof(OPERATORS) - 1) != 0;
}

bool notice_wants(int64_t admin, const struct event *event)
{
    return is_change(event) && event->chat_id != admin && event->user_id != admin;
}

void notice_add(struct notice *notice, const struct event *event)
{
    struct log_item item = {.ms = event->ms,
                            .chat_id = event->chat_id,
                            .user_id = event->user_id,
                            .user = event->user,
                            .action = event->action,
                            .target = event->target,
                            .result = event_result_name(event->result)};

    if (notice->count < NOTICE_ITEMS) {
        log_item_html(&item, "•", notice->language, &notice->lines);
    }
    notice->count++;
}

void notice_print(const struct notice *notice, struct buf *out)
{
    struct json *payload = json_object();
    struct json *preview = json_object();
    struct text_number number;
    struct page page;

    page_init(&page, notice->language);
    page_line(&page, TEXT_NOTICE, NULL);
    page_gap(&page);
    buf_addf(&page.text, "\n%s", buf_text(&notice->lines));
    if (notice->count > NOTICE_ITEMS) {
        page_gap(&page);
        page_line(
            &page, TEXT_NOTICE_MORE,
            TEXT_ARGS({"count", text_number(&number, (int64_t)(notice->count - NOTICE_ITEMS))}));
    }
    json_set_int(payload, "chat_id", notice->admin);
    json_set_text(payload, "text", buf_text(&page.text));
    json_set_text(payload, "parse_mode", "HTML");
    json_set_bool(preview, "is_disabled", true);
    json_set(payload, "link_preview_options", preview);
    json_print(payload, out);
    json_free(payload);
    page_free(&page);
}
