/* SPDX-License-Identifier: MIT */
/* Settings: what each type takes, what is said of the rest, where values come from, how they print.
 */
#include "shared/base/settings.h"
#include "shared/base/settings_source.h"

#include "shared/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* One member per type and check. */
struct sample {
    char text[9];
    char secret[9];
    char maybe[9];
    int64_t number;
    int level;
    struct setting_ids ids;
    char url[64];
    char redis[64];
    char prefix[64];
};

#define MEMBER(name) SETTING_MEMBER(struct sample, name)

/* clang-format off */
static const struct setting ROWS[] = {
    /* name     type            member          fallback  min max  choices            check                    help */
    {"TEXT",    SETTING_TEXT,   MEMBER(text),   NULL,     1,  0,   NULL,              NULL,                    "a text"},
    {"SECRET",  SETTING_SECRET, MEMBER(secret), NULL,     1,  0,   NULL,              NULL,                    "a secret"},
    {"MAYBE",   SETTING_TEXT,   MEMBER(maybe),  "on",     0,  0,   NULL,              NULL,                    "may be empty"},
    {"NUMBER",  SETTING_INT,    MEMBER(number), "5",      -2, 300, NULL,              NULL,                    "a number, seconds"},
    {"LEVEL",   SETTING_CHOICE, MEMBER(level),  "info",   0,  0,   LOG_LEVEL_CHOICES, NULL,                    "a choice"},
    {"IDS",     SETTING_IDS,    MEMBER(ids),    "1",      0,  0,   NULL,              NULL,                    "chats"},
    {"URL",     SETTING_TEXT,   MEMBER(url),    "http://a", 1, 0,  NULL,              setting_check_http_url,  "an address"},
    {"REDIS",   SETTING_TEXT,   MEMBER(redis),  "redis://h", 1, 0, NULL,              setting_check_redis_url, "a queue"},
    {"PREFIX",  SETTING_TEXT,   MEMBER(prefix), "p",      1,  0,   NULL,              setting_check_prefix,    "a prefix"},
};
/* clang-format on */

#define NUMBER_WRONG "NUMBER: must be a number from -2 to 300\n"
#define IDS_WRONG    "IDS: must be chat ids separated by commas, like 123456789,-1001234567890\n"
#define URL_WRONG    "URL: must be an address like https://host[:port][/path]\n"
#define REDIS_WRONG                                                             \
    "REDIS: must be redis://host:port/db, rediss://host:port/db, unix:///path," \
    " sentinel://host:port,host:port/master/db or sentinels://...\n"
#define PREFIX_WRONG "PREFIX: must be 1 to 32 letters, digits, _ or -\n"
#define TEN_IDS      "1,2,3,4,5,6,7,8,9,10,"
#define TEN_LETTERS  "abcdefghij"

/* ---- every type, good and bad ---- */

struct load_row {
    const char *name;
    const char *setting;
    const char *text;     /* NULL: unset                            */
    const char *problems; /* all of them; "" for none               */
    const char *printed;  /* by --print-config; NULL when it is bad */
};

/* clang-format off */
static struct load_row load_rows[] = {
    /* what it shows                               setting   text                      problems                               printed */
    {"a text is taken as it is",                   "TEXT",   "a b=c",                  "",                                    "a b=c"},
    {"a text may fill its room",                   "TEXT",   "12345678",               "",                                    "12345678"},
    {"a text over its room is refused",            "TEXT",   "123456789",              "TEXT: is longer than 8 bytes\n",      NULL},
    {"room is measured in bytes",                  "TEXT",   "приве",                  "TEXT: is longer than 8 bytes\n",      NULL},
    {"a required text may not miss",               "TEXT",   NULL,                     "TEXT: is required: a text\n",         NULL},
    {"a required text may not be empty",           "TEXT",   "",                       "TEXT: is required: a text\n",         NULL},
    {"a secret is masked",                         "SECRET", "hunter2",                "",                                    "***"},
    {"a secret over its room is refused",          "SECRET", "hunter2hunter2",         "SECRET: is longer than 8 bytes\n",    NULL},
    {"a required secret may not miss",             "SECRET", NULL,                     "SECRET: is required: a secret\n",     NULL},
    {"a setting that may be empty is switched off", "MAYBE", "",                       "",                                    ""},
    {"a setting that may be empty has a default",  "MAYBE",  NULL,                     "",                                    "on"},
    {"a number",                                   "NUMBER", "42",                     "",                                    "42"},
    {"the smallest number",                        "NUMBER", "-2",                     "",                                    "-2"},
    {"the largest number",                         "NUMBER", "300",                    "",                                    "300"},
    {"a number below the range",                   "NUMBER", "-3",                     NUMBER_WRONG,                          NULL},
    {"a number above the range",                   "NUMBER", "301",                    NUMBER_WRONG,                          NULL},
    {"a number beyond all integers",               "NUMBER", "99999999999999999999",   NUMBER_WRONG,                          NULL},
    {"a number with a unit",                       "NUMBER", "50s",                    NUMBER_WRONG,                          NULL},
    {"a fraction",                                 "NUMBER", "1.5",                    NUMBER_WRONG,                          NULL},
    {"a hexadecimal number",                       "NUMBER", "0x10",                   NUMBER_WRONG,                          NULL},
    {"a word is no number",                        "NUMBER", "many",                   NUMBER_WRONG,                          NULL},
    {"a blank behind a number",                    "NUMBER", "5 ",                     NUMBER_WRONG,                          NULL},
    {"an empty number takes the default",          "NUMBER", "",                       "",                                    "5"},
    {"a missing number takes the default",         "NUMBER", NULL,                     "",                                    "5"},
    {"a choice",                                   "LEVEL",  "debug",                  "",                                    "debug"},
    {"the first choice",                           "LEVEL",  "error",                  "",                                    "error"},
    {"a choice in capitals",                       "LEVEL",  "WARN",                   "",                                    "warn"},
    {"a choice that is none",                      "LEVEL",  "loud",                   "LEVEL: must be one of error|warn|info|debug\n", NULL},
    {"the beginning of a choice is none",          "LEVEL",  "inf",                    "LEVEL: must be one of error|warn|info|debug\n", NULL},
    {"two choices are none",                       "LEVEL",  "warn|info",              "LEVEL: must be one of error|warn|info|debug\n", NULL},
    {"one chat",                                   "IDS",    "42",                     "",                                    "42"},
    {"a group's id is negative",                   "IDS",    "-1001234567890",         "",                                    "-1001234567890"},
    {"several chats, blanks between",              "IDS",    " 1 , -2,3 ",             "",                                    "1,-2,3"},
    {"32 chats",                                   "IDS",    TEN_IDS TEN_IDS TEN_IDS "31,32", "",                             TEN_IDS TEN_IDS TEN_IDS "31,32"},
    {"33 chats",                                   "IDS",    TEN_IDS TEN_IDS TEN_IDS "31,32,33", "IDS: has more than 32 chat ids\n", NULL},
    {"chat 0 does not exist",                      "IDS",    "0",                      IDS_WRONG,                             NULL},
    {"a comma at the end",                         "IDS",    "1,",                     IDS_WRONG,                             NULL},
    {"a name is no id",                            "IDS",    "@anna",                  IDS_WRONG,                             NULL},
    {"ids without a comma",                        "IDS",    "1 2",                    IDS_WRONG,                             NULL},
    {"an id beyond all integers",                  "IDS",    "9223372036854775808",    IDS_WRONG,                             NULL},
    {"an address over http",                       "URL",    "http://127.0.0.1:8081",  "",                                    "http://127.0.0.1:8081"},
    {"an address over https with a path",          "URL",    "https://a.b/api",        "",                                    "https://a.b/api"},
    {"an address with a password is masked",       "URL",    "https://u:p@a.b/api",    "",                                    "https://***@a.b/api"},
    {"an address without a scheme",                "URL",    "a.b/api",                URL_WRONG,                             NULL},
    {"an address of another scheme",               "URL",    "ftp://a.b",              URL_WRONG,                             NULL},
    {"an address without a host",                  "URL",    "https://",               URL_WRONG,                             NULL},
    {"an address with a path only",                "URL",    "https:///api",           URL_WRONG,                             NULL},
    {"an address with a blank",                    "URL",    "https://a b",            URL_WRONG,                             NULL},
    {"an address with a query",                    "URL",    "https://a.b/?key=1",     URL_WRONG,                             NULL},
    {"a queue over TCP",                           "REDIS",  "redis://127.0.0.1:6379/0", "",                                  "redis://127.0.0.1:6379/0"},
    {"a queue over TLS",                           "REDIS",  "rediss://h",             "",                                    "rediss://h"},
    {"a queue by sentinels",                       "REDIS",  "sentinel://s,t/main/0",  "",                                    "sentinel://s,t/main/0"},
    {"a queue by sentinels over TLS",              "REDIS",  "sentinels://s/main",     "",                                    "sentinels://s/main"},
    {"a queue's socket",                           "REDIS",  "unix:///run/redis.sock", "",                                    "unix:///run/redis.sock"},
    {"a queue's password is masked",               "REDIS",  "redis://u:p@ss/w@h:1/0", "",                                    "redis://***@h:1/0"},
    {"a queue without a scheme",                   "REDIS",  "127.0.0.1:6379",         REDIS_WRONG,                           NULL},
    {"a queue with a blank",                       "REDIS",  "redis://a b",            REDIS_WRONG,                           NULL},
    {"a prefix",                                   "PREFIX", "Beget_2-x",              "",                                    "Beget_2-x"},
    {"a prefix of 32 letters",                     "PREFIX", TEN_LETTERS TEN_LETTERS TEN_LETTERS "ab", "",                    TEN_LETTERS TEN_LETTERS TEN_LETTERS "ab"},
    {"a prefix of 33 letters",                     "PREFIX", TEN_LETTERS TEN_LETTERS TEN_LETTERS "abc", PREFIX_WRONG,         NULL},
    {"a prefix with a brace",                      "PREFIX", "a}b",                    PREFIX_WRONG,                          NULL},
    {"a prefix in Cyrillic",                       "PREFIX", "бегет",                  PREFIX_WRONG,                          NULL},
};
/* clang-format on */

/* The row's setting has the row's text, the required ones something good. */
static const char *look_up(void *context, const char *name)
{
    const struct load_row *row = context;

    if (strcmp(name, row->setting) == 0) {
        return row->text;
    }
    return strcmp(name, "TEXT") == 0 || strcmp(name, "SECRET") == 0 ? "good" : NULL;
}

/* What settings_print() says of one setting; appended to `out` without the newline. */
static void printed_value(const struct sample *sample, const char *setting, struct buf *out)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    struct buf begin;
    const char *line;

    assert_non_null(stream);
    settings_print(ROWS, ARRAY_LEN(ROWS), sample, stream);
    assert_int_equal(fclose(stream), 0);
    buf_init(&begin, 100);
    buf_addf(&begin, "%s=", setting);
    line = text;
    while (strncmp(line, buf_text(&begin), begin.len) != 0) {
        line = strchr(line, '\n');
        assert_non_null(line);
        line++;
    }
    line += begin.len;
    buf_add(out, line, strcspn(line, "\n"));
    buf_free(&begin);
    free(text);
}

static void loads(void **state)
{
    struct load_row *row = *state;
    struct sample sample = {0};
    struct buf problems;
    struct buf printed;

    buf_init(&problems, 1000);
    buf_init(&printed, 1000);
    assert_int_equal(settings_load(ROWS, ARRAY_LEN(ROWS), look_up, row, &sample, &problems),
                     row->printed != NULL);
    assert_string_equal(buf_text(&problems), row->problems);
    if (row->printed) {
        printed_value(&sample, row->setting, &printed);
        assert_string_equal(buf_text(&printed), row->printed);
    }
    buf_free(&printed);
    buf_free(&problems);
}

static void a_list_of_chats_has_an_end(void **state)
{
    struct load_row row = {.setting = "IDS"};
    struct sample sample = {0};
    struct buf problems;
    struct buf text;

    (void)state;
    buf_init(&problems, 1000);
    buf_init(&text, 10000);
    for (int i = 0; i < 600; i++) {
        buf_addf(&text, "1,");
    }
    row.text = buf_text(&text);
    assert_false(settings_load(ROWS, ARRAY_LEN(ROWS), look_up, &row, &sample, &problems));
    assert_string_equal(buf_text(&problems), "IDS: is too long\n");
    buf_free(&text);
    buf_free(&problems);
}

static const char *all_bad(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "TEXT") == 0 ? "" : "S3CRET-://long";
}

static void all_problems_are_told_at_once_and_no_value(void **state)
{
    struct sample sample = {0};
    struct buf problems;

    (void)state;
    buf_init(&problems, 10000);
    assert_false(settings_load(ROWS, ARRAY_LEN(ROWS), all_bad, NULL, &sample, &problems));
    assert_string_equal(buf_text(&problems),
                        "TEXT: is required: a text\n"
                        "SECRET: is longer than 8 bytes\n"
                        "MAYBE: is longer than 8 bytes\n" NUMBER_WRONG
                        "LEVEL: must be one of error|warn|info|debug\n" IDS_WRONG URL_WRONG
                            REDIS_WRONG PREFIX_WRONG);
    assert_null(strstr(buf_text(&problems), "S3CRET"));
    buf_free(&problems);
}

static void help_shows_each_setting_with_its_default(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    (void)state;
    assert_non_null(stream);
    settings_print_help(ROWS, 4, stream);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text,
                        "# a text (required)\nTEXT=\n"
                        "# a secret (required)\nSECRET=\n"
                        "# may be empty\nMAYBE=on\n"
                        "# a number, seconds\nNUMBER=5\n");
    free(text);
}

/* ---- .env ---- */

struct env_row {
    const char *name;
    const char *content;
    const char *value;    /* of A_NAME; NULL when unset */
    const char *problems; /* "" for none                */
};

#define NOT_A_LINE "expected NAME=value, a # comment or an empty line\n"

/* clang-format off */
static struct env_row env_rows[] = {
    /* what it shows                            content                                value      problems */
    {"an empty file is fine",                   "",                                    NULL,      ""},
    {"a line sets a value",                     "A_NAME=value\n",                      "value",   ""},
    {"the last line needs no newline",          "A_NAME=value",                        "value",   ""},
    {"lines may end as on Windows",             "B=1\r\nA_NAME=value\r\nC=2\r\n",      "value",   ""},
    {"a byte order mark is skipped",            "\xef\xbb\xbf" "A_NAME=value\n",       "value",   ""},
    {"empty lines and comments are skipped",    "\n# A_NAME=no\n \t\n  # no\nA_NAME=yes\n", "yes", ""},
    {"a line may begin with blanks",            " \tA_NAME=value\n",                   "value",   ""},
    {"export may stand before the name",        "export A_NAME=value\n",               "value",   ""},
    {"export with more blanks",                 "export \t A_NAME=value\n",            "value",   ""},
    {"a name may begin with export",            "exported=no\nA_NAME=value\n",         "value",   ""},
    {"blanks around a value are cut",           "A_NAME= \t a b \t \n",                "a b",     ""},
    {"an equals sign may be in a value",        "A_NAME=a=b=\n",                       "a=b=",    ""},
    {"the last line wins",                      "A_NAME=1\nA_NAME=2\nB=3\n",           "2",       ""},
    {"an empty value wins, too",                "A_NAME=1\nA_NAME=\n",                 "",        ""},
    {"another name is another setting",         "A_NAME_2=1\nXA_NAME=2\na_name=3\n",   NULL,      ""},
    {"a comment may follow a value",            "A_NAME=value # note\n",               "value",   ""},
    {"a comment may follow after a tab",        "A_NAME=value\t# note\n",              "value",   ""},
    {"a comment may follow an empty value",     "A_NAME= # note\n",                    "",        ""},
    {"a # inside a value is part of it",        "A_NAME=pa#ss#\n",                     "pa#ss#",  ""},
    {"a # at the beginning is part of it",      "A_NAME=#pass\n",                      "#pass",   ""},
    {"double quotes keep blanks and #",         "A_NAME=\" a # b \"\n",                " a # b ", ""},
    {"single quotes keep blanks and #",         "A_NAME=' a # b '\n",                  " a # b ", ""},
    {"quotes of the other kind stay",           "A_NAME='say \"no\"'\n",               "say \"no\"", ""},
    {"a quote inside a value is part of it",    "A_NAME=it's\n",                       "it's",    ""},
    {"quotes may be empty",                     "A_NAME=\"\"\n",                       "",        ""},
    {"a comment may follow the quotes",         "A_NAME=\"v\" # note\n",               "v",       ""},
    {"Cyrillic values stay",                    "A_NAME=привет\n",                     "привет",  ""},
    {"an open quote is told",                   "A_NAME=\"S3CRET\n",                   NULL,      ".env line 1: the quote is not closed\n"},
    {"an open single quote is told",            "A_NAME='S3CRET\n",                    NULL,      ".env line 1: the quote is not closed\n"},
    {"text behind the quotes is told",          "A_NAME=\"S3\"CRET\n",                 NULL,      ".env line 1: text after the closing quote\n"},
    {"a line without = is told",                "S3CRET\n",                            NULL,      ".env line 1: " NOT_A_LINE},
    {"a blank before = is told",                "A_NAME =S3CRET\n",                    NULL,      ".env line 1: " NOT_A_LINE},
    {"a name that is none is told",             "1A=S3CRET\nA-B=S3CRET\n=S3CRET\n",    NULL,      ".env line 1: " NOT_A_LINE ".env line 2: " NOT_A_LINE ".env line 3: " NOT_A_LINE},
    {"good lines around a bad one count",       "A_NAME=1\n?\n\nB='\n",                "1",       ".env line 2: " NOT_A_LINE ".env line 4: the quote is not closed\n"},
};
/* clang-format on */

static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text));
}

/* NULL removes the variable. */
static void set_variable(const char *name, const char *value)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread */
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

static int remove_files(void **state)
{
    (void)state;
    (void)remove(".env"); /* a file or a folder */
    (void)remove("secret");
    set_variable("A_NAME", NULL);
    set_variable("A_NAME_FILE", NULL);
    return 0;
}

static void assert_text(const char *text, const char *expected)
{
    if (expected) {
        assert_non_null(text);
        assert_string_equal(text, expected);
    } else {
        assert_null(text);
    }
}

static void reads_env(void **state)
{
    const struct env_row *row = *state;
    struct setting_source *source;
    struct buf problems;

    write_text(".env", row->content);
    buf_init(&problems, 1000);
    source = settings_source_open(".env", &problems);
    assert_string_equal(buf_text(&problems), row->problems);
    assert_text(settings_source_lookup(source, "A_NAME"), row->value);
    assert_string_equal(buf_text(&problems), row->problems);
    assert_null(strstr(buf_text(&problems), "S3CRET"));
    settings_source_close(source);
    buf_free(&problems);
    (void)remove_files(state);
}

static void assert_env_problem(const char *expected)
{
    struct setting_source *source;
    struct buf problems;

    buf_init(&problems, 1000);
    source = settings_source_open(".env", &problems);
    assert_string_equal(buf_text(&problems), expected);
    settings_source_close(source);
    buf_free(&problems);
}

static void a_missing_env_file_is_fine(void **state)
{
    (void)state;
    assert_env_problem("");
}

static void an_env_file_that_is_a_folder_is_told(void **state)
{
    (void)state;
    assert_int_equal(mkdir(".env", 0700), 0);
    assert_env_problem(".env: cannot be read: Is a directory\n");
}

static void an_env_file_with_a_nul_byte_is_told(void **state)
{
    static const char CONTENT[] = "A_NAME=1\n\0B=2\n";

    (void)state;
    write_file(".env", CONTENT, sizeof(CONTENT) - 1);
    assert_env_problem(".env: is not a text file: it holds a NUL byte\n");
}

static void an_endless_env_file_is_told(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, 100000);
    for (int i = 0; i < 7000; i++) {
        buf_addf(&text, "# comment\n");
    }
    write_text(".env", buf_text(&text));
    buf_free(&text);
    assert_env_problem(".env: is larger than 65536 bytes\n");
}

/* ---- which source wins ---- */

struct source_row {
    const char *name;
    const char *variable;      /* A_NAME in the environment; NULL: not there */
    const char *file_variable; /* A_NAME_FILE in the environment             */
    const char *env_file;      /* .env                                       */
    const char *secret;        /* the file "secret"; NULL: no such file      */
    const char *value;         /* NULL: unset, or a problem                  */
    const char *problems;
};

#define NO_FILE "A_NAME_FILE: the file it names cannot be read: No such file or directory\n"

/* clang-format off */
static struct source_row source_rows[] = {
    /* what it shows                            variable  file_variable env_file                     secret       value    problems */
    {"nothing anywhere is unset",               NULL,     NULL,         "",                          NULL,        NULL,    ""},
    {"the environment",                         "env",    NULL,         "",                          NULL,        "env",   ""},
    {"the environment wins over .env",          "env",    NULL,         "A_NAME=dot\n",              NULL,        "env",   ""},
    {"the environment wins over the file",      "env",    "secret",     "",                          "file\n",    "env",   ""},
    {"an empty variable counts as unset",       "",       NULL,         "A_NAME=dot\n",              NULL,        "dot",   ""},
    {"an empty variable is the last resort",    "",       NULL,         "",                          NULL,        "",      ""},
    {"the file",                                NULL,     "secret",     "",                          "file",      "file",  ""},
    {"a newline ends the file's value",         NULL,     "secret",     "",                          "file\n",    "file",  ""},
    {"a Windows line end, too",                 NULL,     "secret",     "",                          "file\r\n",  "file",  ""},
    {"only the first line counts",              NULL,     "secret",     "",                          "one\ntwo\n", "one",  ""},
    {"blanks in the file count",                NULL,     "secret",     "",                          " a # b ",   " a # b ", ""},
    {"an empty file is an empty value",         NULL,     "secret",     "",                          "",          "",      ""},
    {"the file wins over .env",                 NULL,     "secret",     "A_NAME=dot\n",              "file\n",    "file",  ""},
    {"an empty variable gives way to the file", "",       "secret",     "",                          "file\n",    "file",  ""},
    {"an empty path counts as unset",           NULL,     "",           "A_NAME=dot\n",              NULL,        "dot",   ""},
    {".env may name the file",                  NULL,     NULL,         "A_NAME_FILE=secret\n",      "file\n",    "file",  ""},
    {"the file named there wins over .env",     NULL,     NULL,         "A_NAME_FILE=secret\nA_NAME=dot\n", "file", "file", ""},
    {"the environment's path wins",             NULL,     "secret",     "A_NAME_FILE=other\n",       "file\n",    "file",  ""},
    {"a missing file is told, not its path",    NULL,     "secret",     "A_NAME=dot\n",              NULL,        NULL,    NO_FILE},
    {"a device without an end is told",         NULL,     "/dev/zero",  "",                          NULL,        NULL,    "A_NAME_FILE: the file it names is larger than 65536 bytes\n"},
    {"a folder is told",                        NULL,     ".",          "",                          NULL,        NULL,    "A_NAME_FILE: the file it names cannot be read: Is a directory\n"},
};
/* clang-format on */

static void finds(void **state)
{
    const struct source_row *row = *state;
    struct setting_source *source;
    struct buf problems;

    write_text(".env", row->env_file);
    if (row->secret) {
        write_text("secret", row->secret);
    }
    set_variable("A_NAME", row->variable);
    set_variable("A_NAME_FILE", row->file_variable);
    buf_init(&problems, 1000);
    source = settings_source_open(".env", &problems);
    assert_text(settings_source_lookup(source, "A_NAME"), row->value);
    assert_string_equal(buf_text(&problems), row->problems);
    settings_source_close(source);
    buf_free(&problems);
    (void)remove_files(state);
}

static void an_endless_file_is_told(void **state)
{
    struct setting_source *source;
    struct buf problems;
    struct buf text;

    (void)state;
    buf_init(&text, 100000);
    for (int i = 0; i < 70000; i++) {
        buf_add(&text, "x", 1);
    }
    write_text("secret", buf_text(&text));
    buf_free(&text);
    set_variable("A_NAME_FILE", "secret");
    buf_init(&problems, 1000);
    source = settings_source_open(".env", &problems);
    assert_null(settings_source_lookup(source, "A_NAME"));
    assert_string_equal(buf_text(&problems),
                        "A_NAME_FILE: the file it names is larger than 65536 bytes\n");
    settings_source_close(source);
    buf_free(&problems);
}

/* ---- once more, while a program runs ---- */

static void what_has_changed_meanwhile_is_found(void **state)
{
    char text[8] = "before";

    (void)state;
    set_variable("A_NAME_FILE", "secret");
    write_text("secret", "one\n");
    assert_true(settings_source_again(".env", "A_NAME", text, sizeof(text)));
    assert_string_equal(text, "one");
    write_text("secret", "two");
    assert_true(settings_source_again(".env", "A_NAME", text, sizeof(text)));
    assert_string_equal(text, "two");
    set_variable("A_NAME_FILE", NULL);
    write_text(".env", "A_NAME=three\n");
    assert_true(settings_source_again(".env", "A_NAME", text, sizeof(text)));
    assert_string_equal(text, "three");
}

static void what_cannot_be_read_again_leaves_what_was(void **state)
{
    char text[8] = "before";

    (void)state;
    assert_false(settings_source_again(".env", "A_NAME", text, sizeof(text))); /* unset */
    write_text(".env", "A_NAME=12345678\n");
    assert_false(settings_source_again(".env", "A_NAME", text, sizeof(text))); /* too long */
    write_text(".env", "?\nA_NAME=1\n");
    assert_false(settings_source_again(".env", "A_NAME", text, sizeof(text))); /* a bad line */
    write_text(".env", "A_NAME_FILE=secret\nA_NAME=1\n");
    assert_false(settings_source_again(".env", "A_NAME", text, sizeof(text))); /* no such file */
    assert_string_equal(text, "before");
}

/* A shell has handed it over as <(pass redis), or as a named one whose other end has gone. */
static void a_pipe_is_not_waited_for_again(void **state)
{
    char text[8] = "before";

    (void)state;
    assert_int_equal(mkfifo("secret", 0600), 0);
    set_variable("A_NAME_FILE", "secret");
    assert_false(settings_source_again(".env", "A_NAME", text, sizeof(text)));
    set_variable("A_NAME_FILE", NULL);
    assert_int_equal(mkfifo(".env", 0600), 0);
    assert_false(settings_source_again(".env", "A_NAME", text, sizeof(text)));
    assert_string_equal(text, "before");
}

/* A bad line, an unreadable file and a bad value: one run tells all three. */
static void problems_of_all_sources_come_in_one_text(void **state)
{
    static const struct setting TWO[] = {
        {"A_NAME", SETTING_SECRET, MEMBER(secret), NULL, 1, 0, NULL, NULL, "a secret"},
        {"NUMBER", SETTING_INT, MEMBER(number), "5", 0, 9, NULL, NULL, "a number"},
    };
    struct sample sample = {0};
    struct setting_source *source;
    struct buf problems;

    (void)state;
    write_text(".env", "NUMBER=10\n!\n");
    set_variable("A_NAME_FILE", "secret");
    buf_init(&problems, 1000);
    source = settings_source_open(".env", &problems);
    assert_false(
        settings_load(TWO, ARRAY_LEN(TWO), settings_source_lookup, source, &sample, &problems));
    assert_string_equal(buf_text(&problems), ".env line 2: " NOT_A_LINE NO_FILE
                                             "NUMBER: must be a number from 0 to 9\n");
    settings_source_close(source);
    buf_free(&problems);
}

/* A bad line may be the setting that now takes its default: that is no start. */
static void a_bad_line_alone_is_a_failure(void **state)
{
    struct load_row good = {.setting = "MAYBE"};
    struct sample sample = {0};
    struct buf problems;

    (void)state;
    buf_init(&problems, 1000);
    buf_addf(&problems, ".env line 1: bad\n");
    assert_false(settings_load(ROWS, ARRAY_LEN(ROWS), look_up, &good, &sample, &problems));
    buf_free(&problems);
}

/* ---- all of them ---- */

static char folder[] = "/tmp/test-settings-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)remove_files(state);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static const struct CMUnitTest PLAIN_TESTS[] = {
    cmocka_unit_test(a_list_of_chats_has_an_end),
    cmocka_unit_test(all_problems_are_told_at_once_and_no_value),
    cmocka_unit_test(help_shows_each_setting_with_its_default),
    cmocka_unit_test_teardown(a_missing_env_file_is_fine, remove_files),
    cmocka_unit_test_teardown(an_env_file_that_is_a_folder_is_told, remove_files),
    cmocka_unit_test_teardown(an_env_file_with_a_nul_byte_is_told, remove_files),
    cmocka_unit_test_teardown(an_endless_env_file_is_told, remove_files),
    cmocka_unit_test_teardown(an_endless_file_is_told, remove_files),
    cmocka_unit_test_teardown(what_has_changed_meanwhile_is_found, remove_files),
    cmocka_unit_test_teardown(what_cannot_be_read_again_leaves_what_was, remove_files),
    cmocka_unit_test_teardown(a_pipe_is_not_waited_for_again, remove_files),
    cmocka_unit_test_teardown(problems_of_all_sources_come_in_one_text, remove_files),
    cmocka_unit_test(a_bad_line_alone_is_a_failure),
};

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(load_rows) + ARRAY_LEN(env_rows) +
                            ARRAY_LEN(source_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(load_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = load_rows[i].name, .test_func = loads, .initial_state = &load_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(env_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = env_rows[i].name, .test_func = reads_env, .initial_state = &env_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(source_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = source_rows[i].name, .test_func = finds, .initial_state = &source_rows[i]};
    }
    return cmocka_run_group_tests_name("settings", tests, enter_folder, leave_folder);
}
