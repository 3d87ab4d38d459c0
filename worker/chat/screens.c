/* SPDX-License-Identifier: MIT */
#include "worker/chat/screens.h"

/* clang-format off */
const struct screen SCREENS[SCREEN_COUNT] = {
    /* id                  name          needs                             right       draw            */
    [SCREEN_MENU]       = {"menu",       NEEDS_NOTHING,                    RIGHT_CHAT, draw_menu      },
    [SCREEN_HELP]       = {"help",       NEEDS_NOTHING,                    RIGHT_CHAT, draw_help      },
    [SCREEN_CANCELLED]  = {"cancelled",  NEEDS_NOTHING,                    RIGHT_CHAT, draw_cancelled },
    [SCREEN_DOMAINS]    = {"domains",    NEEDS_DOMAINS,                    RIGHT_CHAT, draw_domains   },
    [SCREEN_DOMAIN]     = {"domain",     NEEDS_DOMAINS | NEEDS_SUBDOMAINS, RIGHT_LIST, draw_domain    },
    [SCREEN_SUBDOMAINS] = {"subdomains", NEEDS_DOMAINS | NEEDS_SUBDOMAINS, RIGHT_LIST, draw_subdomains},
    [SCREEN_DNS]        = {"dns",        NEEDS_DOMAINS | NEEDS_ZONE | NEEDS_CREATOR, RIGHT_VIEW, draw_dns       },
    [SCREEN_LANGUAGE]   = {"language",   NEEDS_NOTHING,                    RIGHT_CHAT, draw_language  },
    [SCREEN_ADMIN]       = {"admin",       NEEDS_NOTHING,                                RIGHT_ADMIN, draw_admin      },
    [SCREEN_CHATS]       = {"chats",       NEEDS_ACCESS,                                 RIGHT_ADMIN, draw_chats      },
    [SCREEN_CHAT]        = {"chat",        NEEDS_GRANTEE,                                RIGHT_ADMIN, draw_chat       },
    [SCREEN_CHAT_GRANTS] = {"chat_grants", NEEDS_DOMAINS | NEEDS_GRANTEE | NEEDS_CREATORS, RIGHT_ADMIN, draw_chat_grants},
    [SCREEN_CHAT_GRANT]  = {"chat_grant",  NEEDS_GRANTEE,                                RIGHT_ADMIN, draw_holder     },
    [SCREEN_NAMES]       = {"names",       NEEDS_DOMAINS,                                RIGHT_ADMIN, draw_admin_names},
    [SCREEN_NAME_ITEMS]  = {"name_items",  NEEDS_DOMAINS | NEEDS_SUBDOMAINS,             RIGHT_ADMIN, draw_name_items },
    [SCREEN_HOLDERS]     = {"holders",     NEEDS_DOMAINS | NEEDS_ACCESS | NEEDS_HOLDERS, RIGHT_ADMIN, draw_holders    },
    [SCREEN_HOLDER]      = {"holder",      NEEDS_GRANTEE,                                RIGHT_ADMIN, draw_holder     },
    [SCREEN_GRANT_CHATS] = {"grant_chats", NEEDS_ACCESS,                                 RIGHT_ADMIN, draw_grant_chats},
    [SCREEN_GRANT_DNS]   = {"grant_dns",   NEEDS_GRANTEE,                                RIGHT_ADMIN, draw_grant_dns  },
    [SCREEN_GRANT_SUB]   = {"grant_sub",   NEEDS_DOMAINS | NEEDS_GRANTEE,                RIGHT_ADMIN, draw_grant_sub  },
    [SCREEN_DNS_TYPES]  = {"dns_types",  NEEDS_DOMAINS | NEEDS_ZONE | NEEDS_CREATOR, RIGHT_VIEW, draw_dns_types },
    [SCREEN_DNS_TYPE]   = {"dns_type",   NEEDS_DOMAINS | NEEDS_ZONE | NEEDS_CREATOR, RIGHT_VIEW, draw_dns_type  },
    [SCREEN_DNS_RECORD] = {"dns_record", NEEDS_DOMAINS | NEEDS_ZONE | NEEDS_CREATOR, RIGHT_VIEW, draw_dns_record},
    [SCREEN_DNS_ADD]    = {"dns_add",    NEEDS_DOMAINS | NEEDS_CREATOR,    RIGHT_EDIT, draw_dns_add   },
    [SCREEN_HISTORY]    = {"history",    NEEDS_DOMAINS | NEEDS_CREATOR | NEEDS_HISTORY, RIGHT_VIEW, draw_history   },
    [SCREEN_LOGS]       = {"logs",       NEEDS_LOG,                        RIGHT_ADMIN, draw_logs     },
    [SCREEN_LOGS_NEWER] = {"logs_newer", NEEDS_LOG,                        RIGHT_ADMIN, draw_logs     },
    [SCREEN_LOGS_FILE]  = {"logs_file",  NEEDS_LOG,                        RIGHT_ADMIN, draw_logs_file},
    [SCREEN_LOG]        = {"log",        NEEDS_LOG,                        RIGHT_ADMIN, draw_log      },
    [SCREEN_STATUS]     = {"status",     NEEDS_STATUS,                     RIGHT_ADMIN, draw_status   },
};
/* clang-format on */

void draw_way_back(struct page *page, const struct target *back)
{
    struct target menu = target_to(SCREEN_MENU);

    if (back) {
        page_button(page, TEXT_BUTTON_BACK, NULL, back, true);
    }
    page_button(page, TEXT_BUTTON_MENU, NULL, &menu, !back);
}

void draw_filter(struct page *page, const struct target *list, int64_t pages, enum prompt_id prompt)
{
    struct target find = target_of_prompt(prompt, list->name);
    struct target all = target_about(list->screen, list->name);

    if (list->text[0] != '\0') {
        page_button(page, TEXT_BUTTON_ALL, NULL, &all, true);
    } else if (pages > 1) {
        page_button(page, TEXT_BUTTON_FILTER, NULL, &find, true);
    }
}
