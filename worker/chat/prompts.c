/* SPDX-License-Identifier: MIT */
#include "worker/chat/prompts.h"

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
};
