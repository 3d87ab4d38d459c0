/* SPDX-License-Identifier: MIT */
/* The log: a page of it, one entry, and as a file. */
#include "worker/chat/log_csv.h"
#include "worker/chat/log_states.h"
#include "worker/chat/log_view.h"
#include "worker/chat/log_words.h"
#include "worker/chat/screens.h"
#include "worker/chat/when.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    STATE_LINE_POINTS = 160, /* of a line of a state     */
    STATE_LINES_SHOWN = 14,  /* of what an entry tells   */
    STATE_LINE_SIZE = STATE_LINE_POINTS * 4 + 8,
};

static struct log_item item_of(const struct log_row *row)
{
    return (struct log_item){.ms = row->ms,
                             .chat_id = row->chat_id,
                             .user_id = row->user_id,
                             .user = row->user,
                             .action = row->action,
                             .target = row->target,
                             .result = row->result};
}

static struct target list_of(const char *text, int64_t page)
{
    struct target target = target_with_text(target_to(SCREEN_LOGS), text);

    target.page = page;
    return target;
}

/* `first`, and `rest` behind a blank. */
static struct target with_words(struct target target, const char *first, const char *rest)
{
    struct buf text;

    buf_init(&text, sizeof(target.text));
    buf_addf(&text, "%s%s%s", first, rest[0] != '\0' ? " " : "", rest);
    target = target_with_text(target, buf_text(&text));
    buf_free(&text);
    return target;
}

/* Whatever is wrong with the file, there is a way to try again. True: there was something. */
static bool draw_trouble(const struct scene *scene, struct page *page)
{
    if (scene->log_trouble[0] == '\0') {
        return false;
    }
    page_warning(page, TEXT_LOGS_TROUBLE, TEXT_ARGS({"why", scene->log_trouble}));
    page_button(page, TEXT_BUTTON_RETRY, NULL, &scene->target, true);
    draw_way_back(page, NULL);
    return true;
}

/* ---- a page of the list ---- */

/* What the page of the list that the scene shows is called, as a place to come back to. */
static int64_t place_of(const struct scene *scene)
{
    return scene->log.newer && scene->log.count > 0 ? scene->log.rows[0].id + 1 : 1;
}

static void draw_numbers(const struct scene *scene, const struct log_view *view, struct page *page)
{
    for (size_t i = 0; i < scene->log.count; i++) {
        struct text_number place;
        struct text_number number;
        struct target entry =
            with_words(target_to(SCREEN_LOG), text_number(&place, place_of(scene)), view->text);

        entry.page = scene->log.rows[i].id;
        page_button_named(page, text_number(&number, (int64_t)i + 1), &entry, i == 0);
    }
}

static void draw_turns(const struct scene *scene, const struct log_view *view, struct page *page)
{
    const struct log_page *log = &scene->log;
    struct target older = list_of(view->text, log->count > 0 ? log->rows[log->count - 1].id : 1);
    struct target newer = list_of(view->text, log->count > 0 ? log->rows[0].id : 1);

    newer.screen = SCREEN_LOGS_NEWER;
    if (log->newer && log->count > 0) {
        page_button(page, TEXT_BUTTON_LOGS_NEWER, NULL, &newer, true);
    }
    if (log->older) {
        page_button(page, TEXT_BUTTON_LOGS_OLDER, NULL, &older, !(log->newer && log->count > 0));
    }
}

/* Less, more, or other entries. */
static void draw_choices(const struct scene *scene, const struct log_view *view, struct page *page)
{
    struct target newest = list_of(view->text, 1);
    struct target file = newest;
    struct target filter = target_of_prompt(PROMPT_LOGS_FILTER, "");
    struct target unfiltered = list_of(view->all ? "all" : "", 1);
    struct target other = view->all ? list_of(view->filter, 1)
                                    : with_words(target_to(SCREEN_LOGS), "all", view->filter);

    file.screen = SCREEN_LOGS_FILE;
    page_button(page, TEXT_BUTTON_LOGS_FILTER, NULL, &filter, true);
    if (view->filter[0] != '\0') {
        page_button(page, TEXT_BUTTON_ALL, NULL, &unfiltered, false);
    }
    page_button(page, view->all ? TEXT_BUTTON_LOGS_CHANGES : TEXT_BUTTON_LOGS_EVERYTHING, NULL,
                &other, true);
    page_button(page, TEXT_BUTTON_REFRESH, NULL, &newest, true);
    if (scene->log.count > 0) {
        page_button(page, TEXT_BUTTON_LOGS_FILE, NULL, &file, false);
    }
}

void draw_logs(const struct scene *scene, struct page *page)
{
    struct log_view view;

    if (draw_trouble(scene, page)) {
        return;
    }
    log_view_read(&scene->target, &view);
    page_line(page, view.all ? TEXT_LOGS_ALL : TEXT_LOGS, NULL);
    if (view.filter[0] != '\0') {
        page_line(page, TEXT_LOGS_FILTER, TEXT_ARGS({"filter", view.filter}));
    }
    page_gap(page);
    if (scene->log.count == 0) {
        page_line(page, view.filter[0] != '\0' ? TEXT_LOGS_NONE_FOUND : TEXT_LOGS_NONE, NULL);
    }
    for (size_t i = 0; i < scene->log.count; i++) {
        struct log_item item = item_of(&scene->log.rows[i]);
        char lead[24];

        (void)snprintf(lead, sizeof(lead), "%zu.", i + 1);
        log_item_html(&item, lead, page->language, &page->text);
    }
    if (scene->log.partial) {
        page_gap(page);
        page_line(page, TEXT_LOGS_PARTIAL, NULL);
    }
    draw_numbers(scene, &view, page);
    draw_turns(scene, &view, page);
    draw_choices(scene, &view, page);
    draw_way_back(page, NULL);
}

/* ---- one entry ---- */

static enum text_id text_of_result(const char *result)
{
    static const struct {
        const char *result;
        enum text_id text;
    } RESULTS[] = {{"ok", TEXT_LOG_RESULT_OK},
                   {"error", TEXT_LOG_RESULT_ERROR},
                   {"refused", TEXT_LOG_RESULT_REFUSED},
                   {"unknown", TEXT_LOG_RESULT_UNKNOWN}};

    for (size_t i = 0; i < ARRAY_LEN(RESULTS); i++) {
        if (strcmp(RESULTS[i].result, result) == 0) {
            return RESULTS[i].text;
        }
    }
    return TEXT_COUNT;
}

/* The first of `lines` that fit, below a heading. */
static void draw_lines(const char *lines, enum text_id heading, struct page *page)
{
    struct text_number number;
    int64_t more = 0;

    if (*lines == '\0') {
        return;
    }
    page_gap(page);
    page_line(page, heading, NULL);
    for (int count = 0; *lines != '\0'; count++) {
        size_t len = strcspn(lines, "\n");
        size_t cut = utf8_prefix_bytes(lines, len, STATE_LINE_POINTS);
        char line[STATE_LINE_SIZE];

        if (count < STATE_LINES_SHOWN) {
            (void)snprintf(line, sizeof(line), "%.*s%s", (int)cut, lines, cut < len ? "…" : "");
            buf_addf(&page->text, "\n");
            text_escape(&page->text, line);
        } else {
            more++;
        }
        lines += len + (lines[len] == '\n');
    }
    if (more > 0) {
        page_line(page, TEXT_LOG_ENTRY_MORE, TEXT_ARGS({"count", text_number(&number, more)}));
    }
}

/* What was done gets its difference, what was not the reason, and what nobody knows what was. */
static void draw_states(const struct log_row *row, struct page *page)
{
    struct buf before;
    struct buf after;
    struct buf diff;

    buf_init(&before, LOG_STATE_MAX_BYTES);
    buf_init(&after, LOG_STATE_MAX_BYTES);
    buf_init(&diff, (size_t)3 * LOG_STATE_MAX_BYTES);
    log_state_lines(row->before, &before);
    log_state_lines(row->after, &after);
    if (strcmp(row->result, "ok") == 0) {
        log_state_diff(buf_text(&before), buf_text(&after), &diff);
        draw_lines(buf_text(&diff), TEXT_LOG_ENTRY_CHANGES, page);
        if (diff.len == 0 && row->before[0] != '\0') {
            page_gap(page);
            page_line(page, TEXT_LOG_ENTRY_SAME, NULL);
        }
    } else {
        draw_lines(buf_text(&after), TEXT_LOG_ENTRY_REASON, page);
        draw_lines(buf_text(&before), TEXT_LOG_ENTRY_BEFORE, page);
    }
    buf_free(&before);
    buf_free(&after);
    buf_free(&diff);
}

static void draw_entry(const struct log_row *row, struct page *page)
{
    struct log_item item = item_of(row);
    char time[WHEN_SIZE];
    char text[TEXT_QUOTE_SIZE];
    struct text_number id;
    enum text_id result = text_of_result(row->result);

    page_line(page, TEXT_LOG_ENTRY, TEXT_ARGS({"id", text_number(&id, row->id)}));
    buf_addf(&page->text, "\n%s", when_text(row->ms, WHEN_SECONDS, time));
    if (result != TEXT_COUNT) {
        page_line(page, result, NULL);
    }
    page_gap(page);
    page_line(page, TEXT_LOG_ENTRY_WHO,
              TEXT_ARGS({"who", log_who(page->language, &item, text)},
                        {"id", text_number(&id, row->user_id)}));
    if (row->chat_id != row->user_id) {
        page_line(page, TEXT_LOG_ENTRY_CHAT, TEXT_ARGS({"chat", text_number(&id, row->chat_id)}));
    }
    page_line(page, TEXT_LOG_ENTRY_ACTION,
              TEXT_ARGS({"action", log_action(page->language, row->action, text)}));
    if (row->target[0] != '\0') {
        page_line(page, TEXT_LOG_ENTRY_TARGET, TEXT_ARGS({"target", log_target(&item, text)}));
    }
    draw_states(row, page);
}

void draw_log(const struct scene *scene, struct page *page)
{
    struct log_view view;
    struct target back;

    if (draw_trouble(scene, page)) {
        return;
    }
    log_view_read(&scene->target, &view);
    back = list_of(view.text, view.back);
    if (scene->log.count == 1 && scene->log.rows[0].id == scene->target.page) {
        draw_entry(&scene->log.rows[0], page);
    } else {
        page_line(page, TEXT_LOG_GONE, NULL);
    }
    draw_way_back(page, &back);
}

/* ---- the file ---- */

void draw_logs_file(const struct scene *scene, struct page *page)
{
    struct text_number number;
    struct log_view view;
    struct target back;
    size_t written;

    if (draw_trouble(scene, page)) {
        return;
    }
    log_view_read(&scene->target, &view);
    back = list_of(view.text, 1);
    if (scene->log.count == 0) {
        page_line(page, TEXT_LOGS_NONE_FOUND, NULL);
        draw_way_back(page, &back);
        return;
    }
    (void)snprintf(page->file_name, sizeof(page->file_name), "log.csv");
    written = log_csv(scene->log.rows, scene->log.count, &page->file);
    page_line(page, TEXT_LOG_FILE_SENT,
              TEXT_ARGS({"count", text_number(&number, (int64_t)written)}));
    if (written < scene->log.count || scene->log.older) {
        page_line(page, TEXT_LOG_FILE_CUT, NULL);
    }
    draw_way_back(page, &back);
}
