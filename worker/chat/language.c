/* SPDX-License-Identifier: MIT */
#include "worker/chat/language.h"

#include <strings.h>

static const struct {
    const char *code;
    const char *name;
    const char *own_name;
} ROWS[LANGUAGE_COUNT] = {
    [LANGUAGE_EN] = {"", "en", "English"},
    [LANGUAGE_RU] = {"ru", "ru", "Русский"},
};

enum language language_from_code(const char *code)
{
    bool russian = code && strncasecmp(code, "ru", 2) == 0 && (code[2] == '\0' || code[2] == '-');

    return russian ? LANGUAGE_RU : LANGUAGE_EN;
}

const char *language_code(enum language language)
{
    return ROWS[language].code;
}

const char *language_name(enum language language)
{
    return ROWS[language].name;
}

bool language_find(const char *name, enum language *out)
{
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        if (strcasecmp(ROWS[language].name, name) == 0) {
            *out = (enum language)language;
            return true;
        }
    }
    return false;
}

const char *language_own_name(enum language language)
{
    return ROWS[language].own_name;
}
