/* SPDX-License-Identifier: MIT */
/* queuectl: a command line of any bytes, and any bytes on a terminal. */
#include "deploy/queuectl/cell.h"
#include "deploy/queuectl/options.h"
#include "deploy/queuectl/verbs.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 80, OUT_MAX_BYTES = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Words are what stands between line feeds. */
static int split(char *text, char *argv[WORDS_MAX])
{
    int argc = 0;

    argv[argc++] = text;
    for (char *c = text; *c != '\0' && argc < WORDS_MAX; c++) {
        if (*c == '\n') {
            *c = '\0';
            argv[argc++] = c + 1;
        }
    }
    return argc;
}

static void parse(char *text)
{
    static struct options options;
    char *argv[WORDS_MAX];
    int argc = split(text, argv);
    const struct verb *verb = NULL;
    struct err err = ERR_INIT;
    size_t taken = 0;

    if (!options_parse(argc, argv, &options, &err)) {
        assert(err.kind == ERR_REJECT);
        return;
    }
    assert(options.word_count + options.given_count < (size_t)argc);
    for (int option = OPTION_NONE + 1; option < OPTION_COUNT; option++) {
        assert(options_ms(&options, (enum option)option, 1) >= 0);
        assert(options_number(&options, (enum option)option, 1) >= 1);
    }
    if (verb_find(&options, &verb, &taken, &err)) {
        assert(options.word_count - taken >= verb->least);
        assert(options.word_count - taken <= verb->most);
    }
}

/* What is shown neither acts on a terminal nor changes when it is made harmless once more. */
static void show(const char *text)
{
    struct buf once;
    struct buf twice;
    size_t bytes;

    buf_init(&once, OUT_MAX_BYTES);
    buf_init(&twice, OUT_MAX_BYTES);
    cell_harmless(&once, text);
    for (const char *c = buf_text(&once); *c != '\0'; c++) {
        assert((unsigned char)*c >= ' ' && *c != 0x7f);
    }
    assert(utf8_valid(buf_text(&once), once.len));
    cell_harmless(&twice, buf_text(&once));
    assert(strcmp(buf_text(&once), buf_text(&twice)) == 0 || !buf_ok(&twice));
    bytes = cell_fit_bytes(buf_text(&once), 10);
    assert(bytes <= once.len && utf8_valid(buf_text(&once), bytes));
    buf_free(&once);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xcalloc(size + 1, 1); /* exact size, so that one byte too far is seen */

    memcpy(text, data, size);
    show(text);
    parse(text);
    free(text);
    return 0;
}
