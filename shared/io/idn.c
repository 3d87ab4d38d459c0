/* SPDX-License-Identifier: MIT */
#include "shared/io/idn.h"

#include "shared/base/buf.h"
#include "shared/base/utf8.h"

#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX_BYTES = IDN_ASCII_SIZE - 1,
    LABEL_MAX_BYTES = 63,
    TYPED_MAX_BYTES = 1024, /* of what is looked at: no name of 253 bytes needs more */
    SHOWN_MAX_BYTES = 60,   /* of a label or character that an error quotes          */
};

/* Underscore passes, as IDN2_USE_STD3_ASCII_RULES is not given. */
static const int IDNA_FLAGS = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;

static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

/* A part of a text. Borrowed. */
struct span {
    const char *text; /* not NUL-terminated */
    size_t len;       /* bytes              */
};

/* What people type for a dot on an East Asian keyboard; IDNA counts them as dots. */
static const char *const DOTS[] = {".", "\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};

static size_t dot_bytes(struct span span, size_t at)
{
    for (size_t i = 0; i < ARRAY_LEN(DOTS); i++) {
        size_t len = strlen(DOTS[i]);

        if (len <= span.len - at && memcmp(span.text + at, DOTS[i], len) == 0) {
            return len;
        }
    }
    return 0;
}

/* Cuts the first label off `rest`. False when it was the last one. */
static bool next_label(struct span *rest, struct span *out_label)
{
    *out_label = (struct span){.text = rest->text, .len = 0};
    while (out_label->len < rest->len) {
        size_t dot = dot_bytes(*rest, out_label->len);

        if (dot > 0) {
            rest->text += out_label->len + dot;
            rest->len -= out_label->len + dot;
            return true;
        }
        out_label->len++;
    }
    return false;
}

static bool fail(struct err *err, const char *what, struct span which)
{
    size_t shown = utf8_fit_bytes(which.text, which.len, SHOWN_MAX_BYTES);

    return err_set(err, ERR_REJECT, "%s: \"%.*s%s\"", what, (int)shown, which.text,
                   shown < which.len ? "..." : "");
}

static bool fail_character(struct err *err, struct span which)
{
    if (which.len == 1 && (*which.text <= ' ' || *which.text == 0x7f)) {
        return err_set(err, ERR_REJECT,
                       *which.text == ' ' ? "a name cannot hold a space"
                                          : "a name cannot hold the control character 0x%02x",
                       (unsigned)*which.text);
    }
    return fail(err, "a name cannot hold the character", which);
}

static bool is_ascii(char byte)
{
    return ((unsigned char)byte & 0x80u) == 0;
}

static char lower(char byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
}

/* Fails for an ASCII character that no label may hold; others are IDNA's business. */
static bool check_plain(struct span label, struct err *err)
{
    for (size_t i = 0; i < label.len; i++) {
        if (is_ascii(label.text[i]) && !memchr(PLAIN, lower(label.text[i]), sizeof(PLAIN) - 1)) {
            return fail_character(err, (struct span){.text = label.text + i, .len = 1});
        }
    }
    return true;
}

/* Converts one label; the caller frees *out_ascii with idn2_free(). */
static int convert(struct span label, char **out_ascii)
{
    char text[TYPED_MAX_BYTES + 1];

    memcpy(text, label.text, label.len);
    text[label.len] = '\0';
    return idn2_to_ascii_8z(text, out_ascii, IDNA_FLAGS);
}

/* True for a character that IDNA disallows, or turns into one that no label may hold. */
static bool is_culprit(struct span character)
{
    struct err ignored = ERR_INIT;
    char *ascii = NULL;
    int code = convert(character, &ascii);
    bool culprit = code == IDN2_DISALLOWED;

    if (code == IDN2_OK) {
        culprit = !check_plain((struct span){.text = ascii, .len = strlen(ascii)}, &ignored);
    }
    idn2_free(ascii);
    return culprit;
}

/* Says why IDNA refuses `label`, naming the character when a single one is to blame. */
static bool fail_label(struct span label, int code, struct err *err)
{
    struct span one = {.text = label.text};

    while (one.text < label.text + label.len) {
        one.len = utf8_prefix_bytes(one.text, label.len - (size_t)(one.text - label.text), 1);
        if (is_culprit(one)) {
            return fail_character(err, one);
        }
        one.text += one.len;
    }
    if (code == IDN2_TOO_BIG_LABEL || code == IDN2_PUNYCODE_BIG_OUTPUT) {
        return fail(err, "a label is over 63 bytes", label);
    }
    return fail(err, idn2_strerror(code), label);
}

/* Appends the converted label. */
static bool add_foreign(struct span label, struct buf *out, struct err *err)
{
    char *ascii = NULL;
    int code = convert(label, &ascii);
    struct span result;
    bool ok;

    if (code != IDN2_OK) {
        return fail_label(label, code, err);
    }
    /* Compatibility forms can turn into "/" or "." only now. */
    result = (struct span){.text = ascii, .len = strlen(ascii)};
    ok = check_plain(result, err);
    if (ok) {
        buf_add(out, result.text, result.len);
    }
    idn2_free(ascii);
    return ok;
}

static bool add_label(struct span label, struct buf *out, struct err *err)
{
    size_t before = out->len;
    size_t foreign = 0;
    const char *made;

    if (!check_plain(label, err)) {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        foreign += !is_ascii(label.text[i]);
    }
    if (foreign > 0 && !add_foreign(label, out, err)) {
        return false;
    }
    for (size_t i = 0; foreign == 0 && i < label.len; i++) {
        char byte = lower(label.text[i]);

        buf_add(out, &byte, 1);
    }
    made = buf_text(out) + before;
    if (out->len == before) {
        return err_set(err, ERR_REJECT, "a name cannot hold an empty label");
    }
    if (out->len - before > LABEL_MAX_BYTES) {
        return fail(err, "a label is over 63 bytes", label);
    }
    if (made[0] == '-' || buf_text(out)[out->len - 1] == '-') {
        return fail(err, "a label cannot begin or end with \"-\"", label);
    }
    return true;
}

static bool add_labels(struct span rest, struct buf *out, struct err *err)
{
    bool more = true;

    while (more) {
        struct span label;

        more = next_label(&rest, &label);
        if (more && rest.len == 0) {
            more = false; /* the dot of the root */
        }
        if (!add_label(label, out, err)) {
            return false;
        }
        buf_add(out, ".", more ? 1 : 0);
    }
    return true;
}

bool idn_to_ascii(const char *name, char out[IDN_ASCII_SIZE], struct err *err)
{
    struct span rest = {.text = name, .len = strlen(name)};
    struct buf ascii;
    bool ok = false;

    buf_init(&ascii, (size_t)TYPED_MAX_BYTES * 8);
    if (rest.len == 0) {
        (void)err_set(err, ERR_REJECT, "the name is empty");
        goto out;
    }
    if (rest.len > TYPED_MAX_BYTES) {
        (void)err_set(err, ERR_REJECT, "the name is over %d bytes", NAME_MAX_BYTES);
        goto out;
    }
    if (!utf8_valid(rest.text, rest.len)) {
        (void)err_set(err, ERR_REJECT, "the name is not UTF-8 text");
        goto out;
    }
    if (strncmp(name, "*.", 2) == 0) {
        buf_add(&ascii, "*.", 2);
        rest.text += 2;
        rest.len -= 2;
    }
    if (!add_labels(rest, &ascii, err)) {
        goto out;
    }
    if (ascii.len > NAME_MAX_BYTES) {
        (void)err_set(err, ERR_REJECT, "the name is over %d bytes", NAME_MAX_BYTES);
        goto out;
    }
    memcpy(out, buf_text(&ascii), ascii.len + 1);
    ok = true;
out:
    buf_free(&ascii);
    return ok;
}

/* Appends the label as people write it, or as it is. */
static void add_shown(struct span label, struct buf *out)
{
    char again[IDN_ASCII_SIZE];
    struct err ignored = ERR_INIT;
    struct buf text;
    char *shown = NULL;

    buf_init(&text, LABEL_MAX_BYTES);
    buf_add(&text, label.text, label.len);
    /* Only what leads back to the same label may stand for it. */
    if (buf_ok(&text) && idn2_to_unicode_8z8z(buf_text(&text), &shown, 0) == IDN2_OK &&
        idn_to_ascii(shown, again, &ignored) && strcmp(again, buf_text(&text)) == 0) {
        buf_add(out, shown, strlen(shown));
    } else {
        buf_add(out, label.text, label.len);
    }
    idn2_free(shown);
    buf_free(&text);
}

void idn_to_unicode(const char *ascii, char out[IDN_UNICODE_SIZE])
{
    struct span rest = {.text = ascii, .len = strlen(ascii)};
    struct buf shown;
    bool more = true;

    buf_init(&shown, IDN_UNICODE_SIZE - 1);
    while (more) {
        struct span label;

        more = next_label(&rest, &label);
        add_shown(label, &shown);
        buf_add(&shown, ".", more ? 1 : 0);
    }
    (void)snprintf(out, IDN_UNICODE_SIZE, "%s", buf_ok(&shown) ? buf_text(&shown) : ascii);
    buf_free(&shown);
}
