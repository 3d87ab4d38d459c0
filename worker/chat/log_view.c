/* SPDX-License-Identifier: MIT */
#include "worker/chat/log_view.h"

#include "shared/base/compiler.h"
#include "worker/chat/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *behind_blanks(const char *text)
{
    return text + strspn(text, " ");
}

/* The number that an entry's text begins with. */
static const char *read_back(const char *text, int64_t *out)
{
    char *end;
    intmax_t number = strtoimax(text, &end, 10);

    *out = number > 0 && number <= TARGET_PAGE_MAX ? number : 1;
    return behind_blanks(end);
}

void log_view_read(const struct target *target, struct log_view *out)
{
    static const char *const ALL[] = {"all", "все", "всё"};
    const char *text = target->text;
    size_t len;

    *out = (struct log_view){.back = 1};
    if (target->screen == SCREEN_LOG) {
        text = read_back(text, &out->back);
    }
    out->text = text;
    out->filter = text;
    len = strcspn(text, " ");
    for (size_t i = 0; i < ARRAY_LEN(ALL); i++) {
        if (strlen(ALL[i]) == len && strncmp(text, ALL[i], len) == 0) {
            out->all = true;
            out->filter = behind_blanks(text + len);
        }
    }
}

struct log_query log_view_query(const struct target *target, const struct log_view *view)
{
    struct log_query query = {.filter = view->filter, .most = PAGE_LIST_ITEMS, .deeds = !view->all};

    switch (target->screen) {
    case SCREEN_LOG:
        return (struct log_query){.before_id = target->page + 1, .most = 1};
    case SCREEN_LOGS_NEWER:
        query.after_id = target->page;
        break;
    case SCREEN_LOGS_FILE:
        query.most = LOG_VIEW_FILE_ROWS;
        break;
    default:
        query.before_id = target->page > 1 ? target->page : 0;
    }
    return query;
}

void log_view_fetch(struct log_reader *reader, struct scene *scene)
{
    struct err why = ERR_INIT;
    struct log_query query;
    struct log_view view;

    log_view_read(&scene->target, &view);
    query = log_view_query(&scene->target, &view);
    if (!log_read(reader, &query, &scene->log, &why)) {
        (void)snprintf(scene->log_trouble, sizeof(scene->log_trouble), "%s", why.message);
    }
}
