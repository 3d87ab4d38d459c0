/* SPDX-License-Identifier: MIT */
/* Blanks around a piece of text that was typed by a person. */
#ifndef SHARED_BASE_BLANKS_H
#define SHARED_BASE_BLANKS_H

/* The first character of `text` that is no blank or tab. */
char *blanks_skip(char *text);

/* Ends `text` before the blanks, tabs and carriage returns at its end. */
void blanks_cut_end(char *text);

#endif
