/* SPDX-License-Identifier: MIT */
/*
 * The rights of a grant, a letter each, as {beget}:grants holds them, events
 * tell them and people type them: E edit DNS, D delete DNS, C create
 * subdomains, X delete subdomains; none of them is view only.
 */
#ifndef SHARED_WIRE_LETTERS_H
#define SHARED_WIRE_LETTERS_H

#define LETTERS "EDCX" /* in the order in which they are written */

enum { LETTERS_SIZE = sizeof(LETTERS) };

/* The letters of `text` that are rights, each once, in their order. */
void letters_read(const char *text, char out[LETTERS_SIZE]);

#endif
