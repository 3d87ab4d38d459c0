/* SPDX-License-Identifier: MIT */
#include "worker/chat/about_chat.h"

#include "shared/base/compiler.h"
#include "worker/chat/texts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct {
    char letter;
    enum text_id words;
} WORDS[] = {
    {'E', TEXT_LETTER_E},
    {'D', TEXT_LETTER_D},
    {'C', TEXT_LETTER_C},
    {'X', TEXT_LETTER_X},
};
/* clang-format on */

void about_chat(const struct target *target, char out[CHAT_ID_SIZE])
{
    size_t len = strcspn(target->text, " ");

    if (len >= CHAT_ID_SIZE) {
        len = 0;
    }
    (void)snprintf(out, CHAT_ID_SIZE, "%.*s", (int)len, target->text);
}

const char *about_chat_rest(const struct target *target)
{
    const char *behind = target->text + strcspn(target->text, " ");

    return *behind == ' ' ? behind + 1 : behind;
}

struct target target_with_letters(struct target target, const char *chat, const char *letters)
{
    char text[CHAT_ID_SIZE + LETTERS_SIZE + 1];

    (void)snprintf(text, sizeof(text), "%s %s", chat, letters[0] != '\0' ? letters : "-");
    return target_with_text(target, text);
}

bool chat_id_read(const char *typed, char out[CHAT_ID_SIZE])
{
    char *end;
    intmax_t id;

    errno = 0;
    id = strtoimax(typed, &end, 10);
    if (errno != 0 || end == typed || *end != '\0' || id == 0 || id > INT64_MAX || id < INT64_MIN) {
        return false;
    }
    (void)snprintf(out, CHAT_ID_SIZE, "%" PRIdMAX, id);
    return true;
}

bool chat_is_group(const char *chat)
{
    return chat[0] == '-';
}

void letters_change(const char *letters, const char *level, const char *chosen,
                    char out[LETTERS_SIZE])
{
    size_t count = 0;

    for (const char *letter = LETTERS; *letter != '\0'; letter++) {
        if (strchr(strchr(level, *letter) ? chosen : letters, *letter)) {
            out[count++] = *letter;
        }
    }
    out[count] = '\0';
}

void letters_describe(struct buf *out, enum language language, const char *letters)
{
    size_t begin = out->len;

    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        if (strchr(letters, WORDS[i].letter)) {
            buf_addf(out, "%s", out->len > begin ? ", " : "");
            text_plain(out, language, WORDS[i].words, NULL);
        }
    }
    if (out->len == begin) {
        text_plain(out, language, TEXT_LETTER_NONE, NULL);
    }
}
