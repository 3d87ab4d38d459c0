/* SPDX-License-Identifier: MIT */
/* The languages the bot speaks. */
#ifndef WORKER_CHAT_LANGUAGE_H
#define WORKER_CHAT_LANGUAGE_H

#include <stdbool.h>

enum language { LANGUAGE_EN, LANGUAGE_RU, LANGUAGE_COUNT };

/* From Telegram's language_code ("ru", "ru-RU", "en", "de", "" or NULL); English is the default. */
enum language language_from_code(const char *code);

/* "en", "ru": as it is typed and kept; static. */
const char *language_name(enum language language);

/* The reverse, in any case. False: none of ours, *out is as it was. */
bool language_find(const char *name, enum language *out);

/* What it calls itself: "English"; static. */
const char *language_own_name(enum language language);

/* The code setMyCommands wants: "" for the default language, else two letters. */
const char *language_code(enum language language);

#endif
