/* SPDX-License-Identifier: MIT */
#include "worker/chat/language.h"

#include <stdbool.h>
#include <strings.h>

static const char *const CODES[LANGUAGE_COUNT] = {[LANGUAGE_EN] = "", [LANGUAGE_RU] = "ru"};

enum language language_from_code(const char *code)
{
    bool russian = code && strncasecmp(code, "ru", 2) == 0 && (code[2] == '\0' || code[2] == '-');

    return russian ? LANGUAGE_RU : LANGUAGE_EN;
}

const char *language_code(enum language language)
{
    return CODES[language];
}
