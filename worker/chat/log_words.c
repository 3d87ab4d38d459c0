/* SPDX-License-Identifier: MIT */
#include "worker/chat/log_words.h"

#include "shared/base/compiler.h"
#include "shared/io/idn.h"
#include "worker/chat/when.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
    const char *action;
    enum text_id text;
} ACTIONS[] = {
    {"sub_add",      TEXT_LOG_SUB_ADD     },
    {"sub_del",      TEXT_LOG_SUB_DEL     },
    {"dns_add",      TEXT_LOG_DNS_ADD     },
    {"dns_del",      TEXT_LOG_DNS_DEL     },
    {"dns_set",      TEXT_LOG_DNS_SET     },
    {"dns_undo",     TEXT_LOG_DNS_UNDO    },
    {"access_allow", TEXT_LOG_ACCESS_ALLOW},
    {"access_deny",  TEXT_LOG_ACCESS_DENY },
    {"grants_set",   TEXT_LOG_GRANTS_SET  },
    {"grants_unset", TEXT_LOG_GRANTS_UNSET},
    {"members_on",   TEXT_LOG_MEMBERS_ON  },
    {"members_off",  TEXT_LOG_MEMBERS_OFF },
    {"request",      TEXT_LOG_REQUEST     },
    {"request_allow", TEXT_LOG_ACCESS_ALLOW},
    {"access_ignore", TEXT_LOG_ACCESS_IGNORE},
    {"language",     TEXT_LOG_LANGUAGE    },
    {"menu",         TEXT_LOG_MENU        },
    {"help",         TEXT_LOG_HELP        },
    {"domains",      TEXT_LOG_DOMAINS     },
    {"domain",       TEXT_LOG_DOMAIN      },
    {"subdomains",   TEXT_LOG_SUBDOMAINS  },
    {"dns",          TEXT_LOG_DNS         },
    {"logs",         TEXT_LOG_LOGS        },
    {"status",       TEXT_LOG_STATUS      },
    {"button",       TEXT_LOG_BUTTON      },
    {"member",       TEXT_LOG_MEMBER      },
    {"dead",         TEXT_LOG_DEAD        },
    {"unreadable",   TEXT_LOG_UNREADABLE  },
};

static const struct {
    const char *result;
    const char *sign;
} SIGNS[] = {{"ok", "✅"}, {"error", "⚠️"}, {"refused", "🚫"}, {"unknown", "❓"}};
/* clang-format on */

const char *log_cut(const char *text, char out[TEXT_QUOTE_SIZE])
{
    (void)text_quote(text, strlen(text), out);
    for (char *c = out; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') {
            *c = ' ';
        }
    }
    return out;
}

const char *log_action(enum language language, const char *action, char out[TEXT_QUOTE_SIZE])
{
    for (size_t i = 0; i < ARRAY_LEN(ACTIONS); i++) {
        if (strcmp(ACTIONS[i].action, action) == 0) {
            return log_cut(text_template(language, ACTIONS[i].text), out);
        }
    }
    return log_cut(action, out);
}

const char *log_who(enum language language, const struct log_item *item, char out[TEXT_QUOTE_SIZE])
{
    struct text_number id;

    if (item->user[0] != '\0') {
        return log_cut(item->user + (item->user[0] == '@' ? 1 : 0), out);
    }
    return log_cut(item->user_id != 0 ? text_number(&id, item->user_id)
                                      : text_template(language, TEXT_LOG_NOBODY),
                   out);
}

const char *log_target(const struct log_item *item, char out[TEXT_QUOTE_SIZE])
{
    char shown[IDN_UNICODE_SIZE];

    idn_to_unicode(item->target, shown);
    return log_cut(shown, out);
}

const char *log_sign(const char *result)
{
    for (size_t i = 0; i < ARRAY_LEN(SIGNS); i++) {
        if (strcmp(SIGNS[i].result, result) == 0) {
            return SIGNS[i].sign;
        }
    }
    return "·";
}

void log_item_html(const struct log_item *item, const char *lead, enum language language,
                   struct buf *out)
{
    char time[WHEN_SIZE];
    char who[TEXT_QUOTE_SIZE];
    char action[TEXT_QUOTE_SIZE];
    char target[TEXT_QUOTE_SIZE];

    buf_addf(out, "%s<b>%s</b> %s %s\n", out->len > 0 ? "\n" : "", lead, log_sign(item->result),
             when_text(item->ms, WHEN_MINUTES, time));
    text_escape(out, log_who(language, item, who));
    buf_addf(out, ": ");
    text_escape(out, log_action(language, item->action, action));
    buf_addf(out, "%s", item->target[0] != '\0' ? " " : "");
    text_escape(out, log_target(item, target));
}
