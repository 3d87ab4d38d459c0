/* SPDX-License-Identifier: MIT */
#include "worker/chat/prompts.h"

#include "shared/base/utf8.h"
#include "worker/chat/dns_words.h"
#include "worker/chat/log_view.h"

#include <stdio.h>
#include <string.h>

/* "shop", or the whole of "shop.example.com": the question about creating it. */
static bool read_sub_add(const char *typed, struct target *out, enum text_id *out_why)
{
    struct err malformed = ERR_INIT;
    char name[IDN_ASCII_SIZE];
    char whole[sizeof(name) + IDN_ASCII_SIZE];

    *out_why = TEXT_PROMPT_SUB_ADD_WRONG;
    if (strpbrk(typed, " \t\r\n") || !idn_to_ascii(typed, name, &malformed)) {
        return false;
    }
    (void)snprintf(whole, sizeof(whole), "%s%s%s", name, name_is_within(name, out->name) ? "" : ".",
                   name_is_within(name, out->name) ? "" : out->name);
    if (!idn_to_ascii(whole, name, &malformed)) {
        return false;
    }
    *out = target_of_change(TARGET_ASK, CHANGE_SUB_ADD, name, "");
    return true;
}

/* ---- records ---- */

static enum text_id hint_of_type(const struct target *target)
{
    static const enum text_id HINTS[] = {
        [DNS_A] = TEXT_DNS_HINT_A,         [DNS_AAAA] = TEXT_DNS_HINT_AAAA,
        [DNS_MX] = TEXT_DNS_HINT_MX,       [DNS_TXT] = TEXT_DNS_HINT_TXT,
        [DNS_CNAME] = TEXT_DNS_HINT_CNAME, [DNS_NS] = TEXT_DNS_HINT_NS,
    };
    enum dns_type type = DNS_A;

    (void)dns_words_type(target->text, &type);
    return HINTS[type];
}

/* `text` is all of an edit: the question about it, when it makes sense and a target holds it. */
static bool lead_to_edit(enum change_id change, enum dns_edit_kind kind, const struct buf *text,
                         struct target *out, enum text_id *out_why)
{
    struct dns_words words;

    if (!buf_ok(text)) {
        *out_why = TEXT_DNS_TXT_TOO_LONG;
        return false;
    }
    if (!dns_words_read(kind, buf_text(text), &words, out_why)) {
        return false;
    }
    *out = target_with_text(target_of_change(TARGET_ASK, change, out->name, ""), buf_text(text));
    return true;
}

static bool read_dns_add(const char *typed, struct target *out, enum text_id *out_why)
{
    struct buf text;
    bool leads;

    buf_init(&text, TARGET_TEXT_SIZE - 1);
    buf_addf(&text, "%s %s", out->text, typed);
    leads = lead_to_edit(CHANGE_DNS_ADD, DNS_EDIT_ADD, &text, out, out_why);
    buf_free(&text);
    return leads;
}

static bool read_dns_set(const char *typed, struct target *out, enum text_id *out_why)
{
    struct buf text;
    bool leads;

    buf_init(&text, TARGET_TEXT_SIZE - 1);
    dns_words_changing(out->text, typed, &text);
    leads = lead_to_edit(CHANGE_DNS_SET, DNS_EDIT_SET, &text, out, out_why);
    buf_free(&text);
    return leads;
}

static bool read_logs_filter(const char *typed, struct target *out, enum text_id *out_why)
{
    *out_why = TEXT_COUNT; /* never said: anything can be looked for */
    *out = target_with_text(target_to(SCREEN_LOGS), typed);
    out->text[utf8_fit_bytes(out->text, strlen(out->text), LOG_VIEW_FILTER_MAX_BYTES)] = '\0';
    return true;
}

/* A search finds what its list may show. */
static bool may_search(const struct rights *rights, const char *name)
{
    (void)rights;
    (void)name;
    return true;
}

const struct prompt PROMPTS[PROMPT_COUNT] = {
    [PROMPT_SUB_ADD] =
        {
            .name = "sub_add",
            .may = rights_may_create_below,
            .no_right = TEXT_PROMPT_SUB_ADD_NO_RIGHT,
            .ask = TEXT_PROMPT_SUB_ADD,
            .back = SCREEN_SUBDOMAINS,
            .read = read_sub_add,
        },
    [PROMPT_ALLOW] =
        {
            .name = "allow",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_ALLOW,
            .back = SCREEN_CHATS,
            .read = prompt_allow,
        },
    [PROMPT_ALLOW_NOTE] =
        {
            .name = "allow_note",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_ALLOW_NOTE,
            .back = SCREEN_CHAT,
            .read = prompt_allow_note,
        },
    [PROMPT_GRANT] =
        {
            .name = "grant",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_GRANT,
            .back = SCREEN_HOLDERS,
            .read = prompt_grant,
        },
    [PROMPT_CHAT_NAME] =
        {
            .name = "chat_name",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_CHAT_NAME,
            .back = SCREEN_CHAT_GRANTS,
            .read = prompt_chat_name,
        },
    [PROMPT_CHATS_FILTER] =
        {
            .name = "chats_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_FILTER_CHATS,
            .back = SCREEN_CHATS,
            .read = prompt_filter,
        },
    [PROMPT_NAMES_FILTER] =
        {
            .name = "names_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_FILTER_NAMES,
            .back = SCREEN_NAMES,
            .read = prompt_filter,
        },
    [PROMPT_ITEMS_FILTER] =
        {
            .name = "items_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_FILTER_NAMES,
            .back = SCREEN_NAME_ITEMS,
            .read = prompt_filter,
        },
    [PROMPT_GRANT_FILTER] =
        {
            .name = "grant_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_FILTER_CHATS,
            .back = SCREEN_GRANT_CHATS,
            .read = prompt_filter,
        },
    [PROMPT_DNS_ADD] =
        {
            .name = "dns_add",
            .may = rights_may_edit_dns,
            .no_right = TEXT_DNS_NO_EDIT_RIGHT,
            .ask = TEXT_PROMPT_DNS_ADD,
            .hint = hint_of_type,
            .back = SCREEN_DNS,
            .read = read_dns_add,
        },
    [PROMPT_DNS_SET] =
        {
            .name = "dns_set",
            .may = rights_may_edit_dns,
            .no_right = TEXT_DNS_NO_EDIT_RIGHT,
            .ask = TEXT_PROMPT_DNS_SET,
            .hint = hint_of_type,
            .back = SCREEN_DNS,
            .read = read_dns_set,
        },
    [PROMPT_LOGS_FILTER] =
        {
            .name = "logs_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_LOGS_FILTER,
            .back = SCREEN_LOGS,
            .read = read_logs_filter,
        },
    [PROMPT_DOMAINS_FILTER] =
        {
            .name = "domains_filter",
            .may = may_search,
            .no_right = TEXT_NO_ACCESS,
            .ask = TEXT_PROMPT_FILTER_NAMES,
            .back = SCREEN_DOMAINS,
            .read = prompt_filter,
        },
    [PROMPT_SUBDOMAINS_FILTER] =
        {
            .name = "subdomains_filter",
            .may = rights_may_list,
            .no_right = TEXT_NO_ACCESS,
            .ask = TEXT_PROMPT_FILTER_NAMES,
            .back = SCREEN_SUBDOMAINS,
            .read = prompt_filter,
        },
};
