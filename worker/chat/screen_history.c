/* SPDX-License-Identifier: MIT */
/* The last changes of a name's records: when, by whom, and what was different afterwards. */
#include "worker/chat/screens.h"

#include "worker/chat/dns_diff.h"
#include "worker/chat/dns_history.h"
#include "worker/chat/when.h"

#include <string.h>

enum { DIFF_MAX_BYTES = 16 * 1024 };

static void draw_row(const struct log_row *row, enum language language, struct buf *out)
{
    char when[WHEN_SIZE];
    char who[TEXT_QUOTE_SIZE];
    struct buf diff;

    buf_addf(out, "\n\n%s · ", when_text(row->ms, WHEN_MINUTES, when));
    if (row->user[0] != '\0') {
        text_escape(out, text_quote(row->user, strlen(row->user), who));
    } else {
        text_html(out, language, TEXT_DNS_HISTORY_NOBODY, NULL);
    }
    buf_init(&diff, DIFF_MAX_BYTES);
    dns_diff_states(row->before, row->after, &diff);
    buf_addf(out, "\n<code>");
    text_escape(out, buf_text(&diff));
    buf_addf(out, "</code>");
    buf_free(&diff);
}

void draw_history(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    struct target here = target_about(SCREEN_HISTORY, name);
    struct target undo = target_of_change(TARGET_ASK, CHANGE_DNS_UNDO, name, "");
    struct target back = target_about(SCREEN_DNS, name);
    char shown[IDN_UNICODE_SIZE];

    idn_to_unicode(name, shown);
    page_line(page, TEXT_DNS_HISTORY, TEXT_ARGS({"name", shown}));
    if (scene->log_trouble[0] != '\0') {
        page_warning(page, TEXT_DNS_NO_LOG, NULL);
    } else if (scene->log.count == 0) {
        page_line(page, TEXT_DNS_HISTORY_NONE, NULL);
    }
    for (size_t i = 0; i < scene->log.count; i++) {
        draw_row(&scene->log.rows[i], scene->language, &page->text);
    }
    if (scene->log.older) {
        page_gap(page);
        page_line(page, TEXT_DNS_HISTORY_OLDER, NULL);
    }
    page_button(page, TEXT_BUTTON_REFRESH, NULL, &here, true);
    if (scene->log.count > 0 && rights_may_edit_dns(&scene->rights, name) &&
        rights_may_delete_dns(&scene->rights, name)) {
        page_button(page, TEXT_BUTTON_DNS_UNDO_ASK, NULL, &undo, false);
    }
    draw_way_back(page, &back);
}
