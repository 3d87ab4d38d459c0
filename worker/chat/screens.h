/* SPDX-License-Identifier: MIT */
/*
 * All screens, one row each: what a screen needs to know, who may see it, and
 * the function that draws it. To add a screen: an id in target.h, a row in
 * screens.c, a drawing function in a screen_*.c file.
 */
#ifndef WORKER_CHAT_SCREENS_H
#define WORKER_CHAT_SCREENS_H

#include "worker/chat/page.h"
#include "worker/chat/scene.h"

/* What has to be asked of the hosting API, or of Redis, before drawing or changing. */
enum screen_needs {
    NEEDS_NOTHING = 0,
    NEEDS_DOMAINS = 1,
    NEEDS_SUBDOMAINS = 2,
    NEEDS_ZONE = 4,
    NEEDS_CREATOR = 8, /* of Redis: whether the subject created the target's name */

    /* of Redis: struct permissions */
    NEEDS_ACCESS = 1 << 8,
    NEEDS_CREATORS = 1 << 9,
    NEEDS_HOLDERS = 1 << 10, /* with NEEDS_ACCESS */

    NEEDS_GRANTEE = 1 << 11, /* of Redis: the chat that the target's text begins with */
    NEEDS_HISTORY = 1 << 17, /* of bot.db: the last changes of the target's records */
    NEEDS_LOG = 1 << 18,     /* of bot.db: what log_view.h makes of the target */
    NEEDS_STATUS = 1 << 19,  /* of Redis: how everything stands */
};

/* Who may see it; checked against the target before anything is asked. */
enum screen_right {
    RIGHT_CHAT, /* whoever may talk to the bot                 */
    RIGHT_LIST, /* who may know that the target's name exists  */
    RIGHT_VIEW, /* who may see the target's records            */
    RIGHT_EDIT, /* who may add records to the target           */
    RIGHT_ADMIN,
};

struct screen {
    const char *name; /* in targets, events and logs */
    unsigned needs;   /* of enum screen_needs        */
    enum screen_right right;
    void (*draw)(const struct scene *scene, struct page *page); /* pure */
};

extern const struct screen SCREENS[SCREEN_COUNT];

/* screen_menu.c */
void draw_menu(const struct scene *scene, struct page *page);
void draw_help(const struct scene *scene, struct page *page);
void draw_cancelled(const struct scene *scene, struct page *page);
/* screen_language.c */
void draw_language(const struct scene *scene, struct page *page);
/* screen_names.c */
void draw_domains(const struct scene *scene, struct page *page);
void draw_domain(const struct scene *scene, struct page *page);
void draw_subdomains(const struct scene *scene, struct page *page);
/* screen_dns.c */
void draw_dns(const struct scene *scene, struct page *page);
/* screen_records.c */
void draw_dns_types(const struct scene *scene, struct page *page);
void draw_dns_type(const struct scene *scene, struct page *page);
void draw_dns_record(const struct scene *scene, struct page *page);
void draw_dns_add(const struct scene *scene, struct page *page);
/* screen_history.c */
void draw_history(const struct scene *scene, struct page *page);
/* screen_status.c */
void draw_status(const struct scene *scene, struct page *page);
/* screen_logs.c */
void draw_logs(const struct scene *scene, struct page *page);
void draw_logs_file(const struct scene *scene, struct page *page);
void draw_log(const struct scene *scene, struct page *page);

/* screen_chats.c */
void draw_admin(const struct scene *scene, struct page *page);
void draw_chats(const struct scene *scene, struct page *page);
void draw_chat(const struct scene *scene, struct page *page);
/* screen_chat_grants.c */
void draw_chat_grants(const struct scene *scene, struct page *page);
/* screen_holders.c */
void draw_admin_names(const struct scene *scene, struct page *page);
void draw_name_items(const struct scene *scene, struct page *page);
void draw_holders(const struct scene *scene, struct page *page);
void draw_holder(const struct scene *scene, struct page *page);
/* screen_grant.c */
void draw_grant_chats(const struct scene *scene, struct page *page);
void draw_grant_dns(const struct scene *scene, struct page *page);
void draw_grant_sub(const struct scene *scene, struct page *page);

/* Where the choice of a language leads. */
struct target target_of_language(enum language language);

/* The row [Back] [Menu] that ends most screens. */
void draw_way_back(struct page *page, const struct target *back);

/*
 * Below a list whose filter is the target's text: the way to all of it, or, when it is longer than
 * a page, the prompt for a filter.
 */
void draw_filter(struct page *page, const struct target *list, int64_t pages,
                 enum prompt_id prompt);

#endif
