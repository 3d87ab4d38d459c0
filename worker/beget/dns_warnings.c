/* SPDX-License-Identifier: MIT */
#include "worker/beget/dns_warnings.h"

#include "shared/base/compiler.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* A part of a text. Borrowed. */
struct part {
    const char *text; /* not NUL-terminated */
    size_t len;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool begins(const char *text, const char *beginning)
{
    return strncasecmp(text, beginning, strlen(beginning)) == 0;
}

static bool is_word(struct part part, const char *word)
{
    return part.len == strlen(word) && strncasecmp(part.text, word, part.len) == 0;
}

static bool is_any(struct part part, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_word(part, words[i])) {
            return true;
        }
    }
    return false;
}

/* ---- SPF ---- */

/* How people begin what is meant as SPF, without blanks. */
static const char *const SPF_BEGINNINGS[] = {"v=spf", "v:spf", "v-spf", "vspf",
                                             "spf1",  "spf=",  "v=sfp"};

static const char *const MECHANISMS[] = {"all", "include", "a",   "mx",
                                         "ptr", "ip4",     "ip6", "exists"};

/* They say nothing without a value. */
static const char *const VALUED[] = {"include", "ip4", "ip6", "exists"};

static bool is_spf(const char *text)
{
    return begins(text, "v=spf1") && (text[6] == '\0' || text[6] == ' ');
}

/* The first bytes without blanks. */
static bool is_meant_as_spf(const char *text)
{
    char beginning[8] = "";
    size_t len = 0;

    for (; *text != '\0' && len < sizeof(beginning) - 1; text++) {
        if (!is_blank(*text)) {
            beginning[len++] = *text;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(SPF_BEGINNINGS); i++) {
        if (begins(beginning, SPF_BEGINNINGS[i])) {
            return true;
        }
    }
    return false;
}

/* The next word from *text on, which moves behind it; of no bytes at the end. */
static struct part next_word(const char **text)
{
    struct part word;

    *text += strspn(*text, " \t");
    word = (struct part){.text = *text, .len = strcspn(*text, " \t")};
    *text += word.len;
    return word;
}

/* Cuts the name off a term: "include" of "include:spf.beget.com", "redirect" of
 * "redirect=beget.com". */
static struct part name_of(struct part term)
{
    size_t len = 0;

    while (len < term.len && !strchr(":=/", term.text[len])) {
        len++;
    }
    return (struct part){.text = term.text, .len = len};
}

/* A mechanism with what it needs, or a modifier: any name and "=". */
static bool is_term(struct part term)
{
    struct part name = name_of(term);
    char behind = '\0';

    if (term.len > name.len) {
        behind = term.text[name.len];
    }
    if (behind == '=') {
        return name.len > 0;
    }
    if (is_any(name, VALUED, ARRAY_LEN(VALUED))) {
        return behind == ':' && term.len > name.len + 1;
    }
    return is_any(name, MECHANISMS, ARRAY_LEN(MECHANISMS));
}

static unsigned check_spf(const char *text)
{
    const char *rest = text + strlen("v=spf1");
    unsigned warnings = DNS_WARN_SPF_NO_END;

    if (!is_spf(text)) {
        return DNS_WARN_SPF_SHAPE;
    }
    for (struct part term = next_word(&rest); term.len > 0; term = next_word(&rest)) {
        char qualifier = '+';

        if (strchr("+-~?", term.text[0])) {
            qualifier = term.text[0];
            term.text++;
            term.len--;
        }
        if (!is_term(term)) {
            warnings |= DNS_WARN_SPF_SHAPE;
        }
        if (is_word(term, "all") || is_word(name_of(term), "redirect")) {
            warnings &= ~(unsigned)DNS_WARN_SPF_NO_END;
        }
        if (is_word(term, "all") && qualifier == '+') {
            warnings |= DNS_WARN_SPF_ANYONE;
        }
    }
    return warnings;
}

/* ---- lists of tags: "v=DMARC1; p=none" ---- */

struct tag {
    struct part name;
    struct part value;
};

static struct part trim(struct part part)
{
    while (part.len > 0 && is_blank(part.text[0])) {
        part.text++;
        part.len--;
    }
    while (part.len > 0 && is_blank(part.text[part.len - 1])) {
        part.len--;
    }
    return part;
}

/* The tag at *text, which moves behind it. False at the end; a part without "=" has an empty name.
 */
static bool next_tag(const char **text, struct tag *out)
{
    size_t len = strcspn(*text, ";");
    size_t name = strcspn(*text, "=;");

    if (**text == '\0') {
        return false;
    }
    *out = (struct tag){0};
    if (name < len) {
        out->name = trim((struct part){.text = *text, .len = name});
        out->value = trim((struct part){.text = *text + name + 1, .len = len - name - 1});
    }
    *text += len + ((*text)[len] == ';');
    return true;
}

/* The value of the tag in a list; false when it is not there. */
static bool find_tag(const char *text, const char *name, struct part *out)
{
    struct tag tag;

    while (next_tag(&text, &tag)) {
        if (is_word(tag.name, name)) {
            *out = tag.value;
            return true;
        }
    }
    return false;
}

/* True when the first tag is v= with this value, which is written in capitals and nothing else. */
static bool is_version(const char *text, const char *version)
{
    struct tag tag;

    return next_tag(&text, &tag) && is_word(tag.name, "v") && tag.value.len == strlen(version) &&
           strncmp(tag.value.text, version, tag.value.len) == 0;
}

static const char *const POLICIES[] = {"none", "quarantine", "reject"};

static unsigned check_dmarc(const char *text)
{
    struct part policy;

    return is_version(text, "DMARC1") && find_tag(text, "p", &policy) &&
                   is_any(policy, POLICIES, ARRAY_LEN(POLICIES))
               ? 0
               : DNS_WARN_DMARC_SHAPE;
}

/* An empty key says that it was withdrawn, and is a key all the same. */
static bool is_key(struct part key)
{
    size_t signs = 0;
    size_t padding = 0;

    for (size_t i = 0; i < key.len; i++) {
        char byte = key.text[i];
        bool is_sign = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= '0' && byte <= '9') || byte == '+' || byte == '/';

        if (is_blank(byte)) {
            continue; /* allowed within, where the key was broken into lines */
        }
        if (byte == '=' ? ++padding > 2 : (!is_sign || padding > 0)) {
            return false;
        }
        signs++;
    }
    return signs % 4 == 0;
}

static unsigned check_dkim(const char *text)
{
    struct part version;
    struct part key;
    bool versioned = find_tag(text, "v", &version);

    return (!versioned || is_version(text, "DKIM1")) && find_tag(text, "p", &key) && is_key(key)
               ? 0
               : DNS_WARN_DKIM_SHAPE;
}

/* ---- the texts of a change ---- */

/* True for a tag list whose v= begins like this, in any case and with blanks. */
static bool has_version(const char *text, const char *beginning)
{
    struct part version;

    return find_tag(text, "v", &version) && version.len >= strlen(beginning) &&
           strncasecmp(version.text, beginning, strlen(beginning)) == 0;
}

static bool is_of_dmarc(const char *text)
{
    return has_version(text, "DMARC");
}

static unsigned warn_of_text(const char *text, const char *name)
{
    bool at_dmarc = begins(name, "_dmarc.");
    bool at_dkim = strstr(name, "._domainkey.") != NULL;
    unsigned warnings = 0;

    if (is_meant_as_spf(text)) {
        return check_spf(text);
    }
    if (at_dmarc || is_of_dmarc(text)) {
        warnings |= check_dmarc(text) | (at_dmarc ? 0U : DNS_WARN_DMARC_PLACE);
    }
    if (at_dkim || has_version(text, "DKIM")) {
        warnings |= check_dkim(text) | (at_dkim ? 0U : DNS_WARN_DKIM_PLACE);
    }
    return warnings;
}

/* How many texts of a kind the name will have, and how many of them come with the change. */
struct kind_count {
    size_t all;
    size_t added;
};

static struct kind_count count_kind(const struct dns_change *change, bool (*is_kind)(const char *))
{
    struct kind_count count = {0};

    for (size_t i = 0; i < change->count; i++) {
        const struct dns_line *line = &change->lines[i];

        if (line->mark != DNS_REMOVED && line->record.type == DNS_TXT &&
            is_kind(line->record.value)) {
            count.all++;
            count.added += line->mark == DNS_ADDED ? 1 : 0;
        }
    }
    return count;
}

static bool is_doubled(const struct dns_change *change, bool (*is_kind)(const char *))
{
    struct kind_count count = count_kind(change, is_kind);

    return count.added > 0 && count.all > 1;
}

unsigned dns_warnings(const struct dns_change *change, const char *name)
{
    unsigned warnings = 0;

    for (size_t i = 0; i < change->count; i++) {
        const struct dns_line *line = &change->lines[i];

        if (line->mark == DNS_ADDED && line->record.type == DNS_TXT) {
            warnings |= warn_of_text(line->record.value, name);
        }
    }
    warnings |= is_doubled(change, is_meant_as_spf) ? DNS_WARN_SPF_TWICE : 0U;
    warnings |=
        begins(name, "_dmarc.") && is_doubled(change, is_of_dmarc) ? DNS_WARN_DMARC_TWICE : 0U;
    return warnings;
}
