/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 text measured and cut without breaking a character.
 *
 * Telegram counts a message in code points, callback data in bytes: the unit
 * is in each name. Malformed bytes count as one code point each.
 */
#ifndef SHARED_BASE_UTF8_H
#define SHARED_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Code points in `len` bytes of `text`. */
size_t utf8_count(const char *text, size_t len);

/* Bytes of the longest prefix of `text` that holds at most `max_points` code points. */
size_t utf8_prefix_bytes(const char *text, size_t len, size_t max_points);

/* Bytes of the longest prefix that is at most `max_bytes` long and ends between characters. */
size_t utf8_fit_bytes(const char *text, size_t len, size_t max_bytes);

/* Bytes of `text` without the character that was cut off at its end, if one was. */
size_t utf8_whole_bytes(const char *text, size_t len);

/* Makes capital letters small, in place: Latin of ASCII, and Cyrillic; others stay as they are. */
void utf8_lower(char *text);

/* True for well-formed UTF-8: no surrogates, no overlong forms, nothing above U+10FFFF. */
bool utf8_valid(const char *text, size_t len);

#endif
