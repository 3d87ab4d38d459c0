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
