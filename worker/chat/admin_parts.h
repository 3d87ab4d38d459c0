/* SPDX-License-Identifier: MIT */
/* What several screens of the administrators show. Pure. */
#ifndef WORKER_CHAT_ADMIN_PARTS_H
#define WORKER_CHAT_ADMIN_PARTS_H

#include "worker/chat/chat_list.h"
#include "worker/chat/grantee.h"
#include "worker/chat/page.h"

#include <stdbool.h>

/* What stands in Redis as a name fits into a target; what a person wrote there may not. */
bool admin_can_be_name(const char *name);

/* A line "shop.ru — edit DNS, delete DNS records"; without letters (NULL) the name alone, which is
 * given in punycode. */
void admin_grant_line(struct page *page, const char *name, const char *letters);

/* A row with a chat, and the letters of one that has some: "Boris (1002) · ED". */
void admin_chat_button(struct page *page, const struct chat_item *item,
                       const struct target *target);

/* Says that the chat may not use the bot, with the button that lets it; or that it is an
 * administrator, who needs nobody's leave. */
void admin_not_allowed(struct page *page, const struct grantee *grantee);

#endif
