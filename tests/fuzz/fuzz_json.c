/* SPDX-License-Identifier: MIT */
/* Any bytes: parsed or refused; what was parsed can be walked, copied, printed and read again. */
#include "shared/io/json.h"

#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { DEPTH_MAX = 100 };

/* Asks every reader about every node. Returns the number of nodes. */
static size_t walk(const struct json *node, int depth)
{
    const char *text = json_text(node, "");
    const char *name = json_name(node);
    size_t nodes = 1;
    size_t members = 0;
    int64_t number;
    bool value;

    assert(depth <= DEPTH_MAX);
    (void)json_int(node, "", &number);
    (void)json_bool(node, "", &value);
    assert((text != NULL) == (json_type(node) == JSON_TEXT));
    assert(!text || utf8_valid(text, strlen(text)));
    assert(!name || utf8_valid(name, strlen(name)));
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        nodes += walk(member, depth + 1);
        members++;
    }
    assert(members == json_count(node));
    return nodes;
}

static struct json *parse(const struct buf *text)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(buf_text(text), text->len, &err);

    assert(json);
    return json;
}

/* Printing is a fixed point: what is printed reads as a tree that prints the same. */
static void check_tree(const struct json *json, size_t len)
{
    struct buf first;
    struct buf second;
    struct json *copy = json_copy(json);
    struct json *again;

    buf_init(&first, len * 8 + 1024); /* \u0001 is six bytes for one */
    buf_init(&second, len * 8 + 1024);
    json_print(json, &first);
    assert(buf_ok(&first));
    again = parse(&first);
    assert(walk(json, 0) == walk(again, 0));
    json_print(again, &second);
    assert(strcmp(buf_text(&first), buf_text(&second)) == 0);
    second.len = 0;
    json_print(copy, &second);
    assert(strcmp(buf_text(&first), buf_text(&second)) == 0);
    json_free(copy);
    json_free(again);
    buf_free(&first);
    buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct err err = ERR_INIT;
    char *exact = xcalloc(len > 0 ? len : 1, 1); /* so that one byte too far is noticed */
    struct json *json;

    if (len > 0) {
        memcpy(exact, bytes, len);
    }
    json = json_parse(exact, len, &err);
    if (json) {
        check_tree(json, len);
    } else {
        assert(err.kind == ERR_REJECT && err.message[0] != '\0');
    }
    json_free(json);
    free(exact);
    return 0;
}
