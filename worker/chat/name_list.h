/* SPDX-License-Identifier: MIT */
/* A list of the account's names on a page: which of them, and a button for each. Pure. */
#ifndef WORKER_CHAT_NAME_LIST_H
#define WORKER_CHAT_NAME_LIST_H

#include "worker/beget/account.h"
#include "worker/chat/page.h"
#include "worker/chat/scene.h"

#include <stdbool.h>
#include <stddef.h>

/* Names in the account's order. */
struct name_list {
    const struct account_name **items; /* owned array of borrowed names */
    size_t count;
};

/* Decides whether a name belongs into a list. */
typedef bool name_wanted_fn(const struct scene *scene, const struct account_name *name);

/* Those of `names` that are wanted. */
struct name_list name_list_make(const struct scene *scene, const struct account_names *names,
                                name_wanted_fn *wanted);
void name_list_free(struct name_list *list);

/*
 * One button per name of the scene's page, leading to `screen` about that name; then the page
 * turns. Returns how many pages there are.
 */
int64_t name_list_draw(const struct scene *scene, struct page *page, const struct name_list *list,
                       enum screen_id screen);

/*
 * The name has the target's text in it. That is compared with both forms of the name, so it may be
 * typed in either, and in any case: telephones begin messages with a capital letter.
 */
bool name_has_filter(const struct scene *scene, const struct account_name *name);

#endif
