/* SPDX-License-Identifier: MIT */
/*
 * Fills the tables of docs/commands.md from those that the worker itself walks: commands, changes,
 * prompts, screens, and their texts. Reads the page from stdin and prints it; what stands between
 * "<!-- printed: TABLE -->" and "<!-- end -->" is made anew, the rest is passed on.
 * tests/lint/check_commands.sh holds the page equal to what is printed.
 *
 * Exit codes: 0 printed, 1 a table has no place, or a place no table or no end.
 */
#include "shared/base/compiler.h"
#include "tests/unit/chat/fake_state.h"
#include "worker/chat/changes.h"
#include "worker/chat/commands.h"
#include "worker/chat/prompts.h"
#include "worker/chat/screens.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE_BEGINS "<!-- printed: "
#define PLACE_ENDS   "<!-- end -->\n"

enum { LINE_SIZE = 16 * 1024 };

/* ---- texts as cells ---- */

static const struct {
    const char *html;
    const char *markdown;
} MARKUP[] = {
    {"<b>", "**"},   {"</b>", "**"},   {"<i>", "*"},   {"</i>", "*"},
    {"<code>", "`"}, {"</code>", "`"}, {"\n", "<br>"}, {"|", "\\|"},
};

/* Prints `text` up to `end`: markup as Markdown has it, placeholders in capitals. */
static void print_part(const char *text, const char *end)
{
    bool in_braces = false;

    while (text < end) {
        size_t i = 0;

        while (i < ARRAY_LEN(MARKUP) &&
               strncmp(text, MARKUP[i].html, strlen(MARKUP[i].html)) != 0) {
            i++;
        }
        if (i < ARRAY_LEN(MARKUP)) {
            (void)fputs(MARKUP[i].markdown, stdout);
            text += strlen(MARKUP[i].html);
            continue;
        }
        if (*text == '{' || *text == '}') {
            in_braces = *text == '{';
        } else {
            (void)putchar(in_braces ? toupper((unsigned char)*text) : *text);
        }
        text++;
    }
}

static void print_text(enum language language, enum text_id id)
{
    const char *text = text_template(language, id);

    print_part(text, text + strlen(text));
}

/* A cell for each language. */
static void print_cells(enum text_id id)
{
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        (void)printf(" | ");
        print_text((enum language)language, id);
    }
}

/* The cells of a question with the button that answers it. */
static void print_questions(enum text_id question, enum text_id confirm)
{
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        (void)printf(" | ");
        print_text((enum language)language, question);
        (void)printf("<br>\\[");
        print_text((enum language)language, confirm);
        (void)printf("\\]");
    }
}

/* ---- who may: found out by trying, so that it cannot differ from what the bot does ---- */

typedef bool may_fn(const struct rights *rights, const char *name);

static const char NAME[] = "shop.example.com";
static const char ABOVE[] = "example.com";

enum { LETTER_SETS = 1 << (sizeof(LETTERS) - 1) };

/* Whether who has the letters of `set` on `granted` may do it to NAME. */
static bool may_with(may_fn *may, unsigned set, const char *granted, bool creator)
{
    struct state_hash *grants;
    struct rights rights = {.creator = creator};
    char pair[64];
    size_t len = (size_t)snprintf(pair, sizeof(pair), "%s=", granted);
    bool allowed;

    for (size_t i = 0; LETTERS[i] != '\0'; i++) {
        if (set & 1U << i) {
            pair[len++] = LETTERS[i];
        }
    }
    pair[len] = '\0';
    grants = fake_hash(pair);
    rights.grants = grants;
    allowed = may(&rights, NAME);
    state_hash_free(grants);
    return allowed;
}

static void print_set(unsigned set)
{
    const char *between = "";

    for (size_t i = 0; LETTERS[i] != '\0'; i++) {
        if (set & 1U << i) {
            (void)printf("%s%c", between, LETTERS[i]);
            between = " and ";
        }
    }
}

/* The smallest sets of letters that allow it, and whether they have to be granted above the name.
 */
static void print_who(may_fn *may)
{
    const struct rights none = {0};
    const unsigned create = 1U << 2;
    unsigned smallest = 0;

    if (may(&none, NAME)) {
        (void)printf("everyone");
        return;
    }
    for (unsigned set = 1; set < LETTER_SETS && smallest == 0; set++) {
        smallest = may_with(may, set, ABOVE, false) ? set : 0;
    }
    if (smallest == 0) {
        (void)printf("administrators");
        return;
    }
    print_set(smallest);
    (void)printf(" on %s above it",
                 may_with(may, smallest, NAME, false) ? "the name or" : "a name");
    if (!may_with(may, create, ABOVE, false) && may_with(may, create, ABOVE, true)) {
        (void)printf(", or who created it");
    }
}

/* ---- the tables ---- */

/* "/name argument", as it stands in /help. */
static void print_form(const struct command *row)
{
    (void)printf("`/%s%s", row->name, row->argument[0] != '\0' ? " " : "");
    print_part(row->argument, row->argument + strlen(row->argument));
    (void)printf("`");
}

/* Everything in the usage text that could be typed like that; else the command, with a filter. */
static void print_examples(const struct command *row)
{
    const char *text = text_template(LANGUAGE_EN, row->usage);
    const char *between = "";

    while ((text = strstr(text, "<code>/"))) {
        const char *end = strstr(text, "</code>");

        (void)printf("%s", between);
        print_part(text, end + strlen("</code>"));
        between = "<br>";
        text = end;
    }
    if (*between == '\0') {
        (void)printf("`/%s`", row->name);
    }
    if (strcmp(row->argument, "[FILTER]") == 0) {
        (void)printf("<br>`/%s shop`", row->name);
    }
}

static void print_commands(bool admin_only)
{
    (void)printf("| command | in English | по-русски | for example |\n|---|---|---|---|\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *row = &COMMANDS[i];

        if (row->admin_only == admin_only) {
            (void)printf("| ");
            print_form(row);
            print_cells(row->help);
            (void)printf(" | ");
            print_examples(row);
            (void)printf(" |\n");
        }
    }
}

static void print_commands_of_everyone(void)
{
    print_commands(false);
}

static void print_commands_of_admins(void)
{
    print_commands(true);
}

/* Where the buttons are, seen from the menu; what they are called comes from the texts. */
static const struct {
    int depth;
    enum text_id label;
    const char *words; /* NULL: the label says it */
} BUTTONS[] = {
    {0, TEXT_BUTTON_DOMAINS, "a list to choose from"},
    {1, TEXT_BUTTON_DNS, "of the domain; a subdomain has the same"},
    {2, TEXT_BUTTON_DNS_CHANGE, "which kind, then which record"},
    {3, TEXT_BUTTON_DNS_SET_ASK, "the value is typed"},
    {3, TEXT_BUTTON_DNS_DEL_ASK, NULL},
    {3, TEXT_BUTTON_DNS_HISTORY, "who changed the records, when and how"},
    {4, TEXT_BUTTON_DNS_UNDO_ASK, "of the last change; also below a change that was just made"},
    {2, TEXT_BUTTON_DNS_ADD_ASK, "which kind, then the value is typed"},
    {2, TEXT_BUTTON_SUB_DEL_ASK, NULL},
    {1, TEXT_BUTTON_SUBDOMAINS, "a list to choose from"},
    {2, TEXT_BUTTON_SUB_ADD_ASK, "the name is typed"},
    {0, TEXT_BUTTON_ADMIN, "administrators alone have it"},
    {1, TEXT_BUTTON_CHATS, "who may use the bot"},
    {2, TEXT_BUTTON_ALLOW_ASK, "the number and a note are typed"},
    {2, TEXT_BUTTON_CHAT_GRANTS, "what the chat may do, name by name"},
    {2, TEXT_BUTTON_NOTE, "the note is typed"},
    {2, TEXT_BUTTON_MEMBERS_ON, "of a group"},
    {2, TEXT_BUTTON_DENY_ASK, NULL},
    {1, TEXT_BUTTON_NAMES, "a domain, then itself or a subdomain: who has rights to it"},
    {2, TEXT_BUTTON_GRANT_ASK, "a chat, then what it may do"},
    {2, TEXT_BUTTON_GRANT_CHANGE, NULL},
    {2, TEXT_BUTTON_REVOKE_ASK, NULL},
    {1, TEXT_BUTTON_LOGS, "newest first; an entry shows what is different"},
    {2, TEXT_BUTTON_LOGS_FILTER, "a person, a name or an action is typed"},
    {2, TEXT_BUTTON_LOGS_EVERYTHING, "of those who changed nothing, too"},
    {2, TEXT_BUTTON_LOGS_FILE, "what the list shows, as a file"},
    {1, TEXT_BUTTON_STATUS, "what waits, who works, what is stuck"},
    {0, TEXT_BUTTON_HELP, "the commands"},
    {1, TEXT_BUTTON_LANGUAGE, NULL},
};

static void print_buttons(void)
{
    for (size_t i = 0; i < ARRAY_LEN(BUTTONS); i++) {
        (void)printf("%*s* **", 2 * BUTTONS[i].depth, "");
        print_text(LANGUAGE_EN, BUTTONS[i].label);
        (void)printf("** · **");
        print_text(LANGUAGE_RU, BUTTONS[i].label);
        (void)printf("**%s%s\n", BUTTONS[i].words ? ": " : "",
                     BUTTONS[i].words ? BUTTONS[i].words : "");
    }
}

static void print_letters(void)
{
    static const enum text_id WORDS[] = {TEXT_LETTER_E, TEXT_LETTER_D, TEXT_LETTER_C,
                                         TEXT_LETTER_X};

    (void)printf("| letter | it allows to | по-русски |\n|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        (void)printf("| %c", LETTERS[i]);
        print_cells(WORDS[i]);
        (void)printf(" |\n");
    }
    (void)printf("| none");
    print_cells(TEXT_LETTER_NONE);
    (void)printf(" |\n");
}

static void print_changes(void)
{
    (void)printf("| in the log | the question | по-русски | who may |\n|---|---|---|---|\n");
    for (int id = 0; id < CHANGE_COUNT; id++) {
        const struct change *row = &CHANGES[id];

        (void)printf("| `%s`", row->event ? row->event : row->name);
        print_questions(row->question, row->confirm);
        (void)printf(" | ");
        if (row->admin_only) {
            (void)printf("administrators");
        } else {
            print_who(row->may);
        }
        (void)printf(" |\n");
    }
}

static void print_prompts(void)
{
    (void)printf("| prompt | what the bot asks | по-русски | who is asked |\n|---|---|---|---|\n");
    for (int id = 0; id < PROMPT_COUNT; id++) {
        (void)printf("| `%s`", PROMPTS[id].name);
        print_cells(PROMPTS[id].ask);
        (void)printf(" | ");
        print_who(PROMPTS[id].may);
        (void)printf(" |\n");
    }
}

static void print_screens_for(enum screen_right right)
{
    const char *between = "";

    for (int id = 0; id < SCREEN_COUNT; id++) {
        if (SCREENS[id].right == right) {
            (void)printf("%s`%s`", between, SCREENS[id].name);
            between = ", ";
        }
    }
}

static void print_screens(void)
{
    static const struct {
        enum screen_right right;
        const char *who;
    } ROWS[] = {
        {RIGHT_CHAT, "everyone"},
        {RIGHT_LIST, "who has a right to the name, to one above it or to one below it"},
        {RIGHT_VIEW, "who has a right to the name, or to one above it"},
        {RIGHT_EDIT, "who may add records to it"},
        {RIGHT_ADMIN, "administrators"},
    };

    (void)printf("| who may see them | screens |\n|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        (void)printf("| %s | ", ROWS[i].who);
        print_screens_for(ROWS[i].right);
        (void)printf(" |\n");
    }
}

/* ---- the page ---- */

static const struct {
    const char *name;
    void (*print)(void);
} TABLES[] = {
    {"commands of everyone", print_commands_of_everyone},
    {"commands of administrators", print_commands_of_admins},
    {"buttons", print_buttons},
    {"letters", print_letters},
    {"changes", print_changes},
    {"prompts", print_prompts},
    {"screens", print_screens},
};

/* The table whose place begins with `line`; ARRAY_LEN(TABLES) when it begins none. */
static size_t place_of(const char *line)
{
    char place[128];
    size_t i = 0;

    for (; i < ARRAY_LEN(TABLES); i++) {
        (void)snprintf(place, sizeof(place), PLACE_BEGINS "%s -->\n", TABLES[i].name);
        if (strcmp(line, place) == 0) {
            break;
        }
    }
    return i;
}

static bool skip_to_end(char *line)
{
    while (fgets(line, LINE_SIZE, stdin)) {
        if (strcmp(line, PLACE_ENDS) == 0) {
            return true;
        }
    }
    return false;
}

int main(void)
{
    static char line[LINE_SIZE];
    size_t filled = 0;

    while (fgets(line, sizeof(line), stdin)) {
        size_t place = place_of(line);

        (void)fputs(line, stdout);
        if (place == ARRAY_LEN(TABLES)) {
            continue;
        }
        (void)putchar('\n');
        TABLES[place].print();
        (void)putchar('\n');
        filled++;
        if (!skip_to_end(line)) {
            (void)fprintf(stderr, "print-commands: \"%s\" has no end\n", TABLES[place].name);
            return EXIT_FAILURE;
        }
        (void)fputs(line, stdout);
    }
    if (filled != ARRAY_LEN(TABLES)) {
        (void)fprintf(stderr, "print-commands: %zu of %zu tables have a place\n", filled,
                      ARRAY_LEN(TABLES));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
