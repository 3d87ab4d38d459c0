/* SPDX-License-Identifier: MIT */
#include "worker/chat/texts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char *const TEXTS[TEXT_COUNT][LANGUAGE_COUNT] = {
    [TEXT_MENU] = {
        "<b>Beget Manager</b>\nYour hosting, from this chat. What would you like to look at?",
        "<b>Beget Manager</b>\nВаш хостинг из этого чата. Что показать?"},
    [TEXT_HELP_HEAD] = {
        "<b>What I can do</b>",
        "<b>Что я умею</b>"},
    [TEXT_HELP_TAIL] = {
        "Names may be typed in Cyrillic. Everything is also reachable by the buttons.",
        "Имена можно писать кириллицей. Всё доступно и кнопками."},
    [TEXT_HELP_START]   = {"main menu",                               "главное меню"},
    [TEXT_HELP_HELP]    = {"this list",                               "этот список"},
    [TEXT_HELP_DOMAINS] = {"domains, all or those that contain a text", "домены: все или с текстом в имени"},
    [TEXT_HELP_DNS]     = {"all DNS records of a name",               "все записи DNS имени"},
    [TEXT_HELP_SUB]     = {"subdomains of a domain; add NAME creates one, del NAME deletes one", "поддомены домена; add ИМЯ создаёт, del ИМЯ удаляет"},
    [TEXT_BUTTON_DOMAINS]    = {"🌐 Domains",          "🌐 Домены"},
    [TEXT_BUTTON_HELP]       = {"❔ Help",             "❔ Справка"},
    [TEXT_BUTTON_MENU]       = {"🏠 Menu",             "🏠 Меню"},
    [TEXT_BUTTON_BACK]       = {"‹ Back",              "‹ Назад"},
    [TEXT_BUTTON_RETRY]      = {"↻ Try again",         "↻ Повторить"},
    [TEXT_BUTTON_REFRESH]    = {"↻ Refresh",           "↻ Обновить"},
    [TEXT_BUTTON_DNS]        = {"DNS records",         "Записи DNS"},
    [TEXT_BUTTON_SUBDOMAINS] = {"Subdomains ({count})", "Поддомены ({count})"},
    [TEXT_BUTTON_SUB_ADD]    = {"✅ Create",            "✅ Создать"},
    [TEXT_BUTTON_SUB_DEL]    = {"✅ Delete",            "✅ Удалить"},
    [TEXT_BUTTON_SUB_DEL_ASK] = {"🗑 Delete subdomain", "🗑 Удалить поддомен"},
    [TEXT_BUTTON_DROP]       = {"✖ Cancel",            "✖ Отмена"},
    [TEXT_BUTTON_ALL]        = {"Show all",            "Показать все"},
    [TEXT_DOMAINS] = {
        "<b>Domains</b>: {count}",
        "<b>Домены</b>: {count}"},
    [TEXT_DOMAINS_FILTERED] = {
        "<b>Domains</b> with «{filter}»: {count}",
        "<b>Домены</b> с «{filter}»: {count}"},
    [TEXT_DOMAINS_NONE] = {
        "There is no domain on this account yet.",
        "На этом аккаунте пока нет доменов."},
    [TEXT_DOMAINS_NONE_FOUND] = {
        "No domain contains «{filter}».",
        "Нет доменов с «{filter}» в имени."},
    [TEXT_DOMAINS_NO_ACCESS] = {
        "You have no access to any domain yet. Please ask the administrator for it; your chat id is <code>{chat}</code>.",
        "У вас пока нет доступа ни к одному домену. Попросите администратора; номер вашего чата <code>{chat}</code>."},
    [TEXT_DOMAIN] = {
        "<b>{name}</b>",
        "<b>{name}</b>"},
    [TEXT_DOMAIN_EXPIRES] = {
        "Paid until {date}",
        "Оплачен до {date}"},
    [TEXT_SUBDOMAINS] = {
        "<b>Subdomains of {name}</b>: {count}",
        "<b>Поддомены {name}</b>: {count}"},
    [TEXT_SUBDOMAINS_NONE] = {
        "{name} has no subdomains that you may see.",
        "У {name} нет поддоменов, которые вам видны."},
    [TEXT_SUB_USAGE] = {
        "Please add a domain: <code>/sub example.com</code> lists its subdomains.\n<code>/sub add shop.example.com</code> creates one, <code>/sub del shop.example.com</code> deletes one.",
        "Добавьте домен: <code>/sub example.com</code> покажет его поддомены.\n<code>/sub add shop.example.com</code> создаст поддомен, <code>/sub del shop.example.com</code> удалит."},
    [TEXT_SUB_ADD_HINT] = {
        "➕ To create one, type <code>/sub add NAME.{name}</code>",
        "➕ Чтобы создать поддомен, напишите <code>/sub add ИМЯ.{name}</code>"},
    [TEXT_SUB_IS_DOMAIN] = {
        "Not done: {name} is a domain itself, not a subdomain.",
        "Не сделано: {name} — сам домен, а не поддомен."},
    [TEXT_SUB_ADD_NO_RIGHT] = {
        "⚠️ You may not create {name}. The administrator can grant it (C on the domain); your chat id is <code>{chat}</code>.",
        "⚠️ Вам нельзя создать {name}. Право даёт администратор (C на домен); номер вашего чата <code>{chat}</code>."},
    [TEXT_SUB_ADD_QUESTION] = {
        "Create <b>{name}</b>?\n\nBeget gives a new subdomain, and the same with www. before it, the records of its shared server.",
        "Создать <b>{name}</b>?\n\nBeget даст новому поддомену и такому же с www. впереди записи своего общего сервера."},
    [TEXT_SUB_ADD_THERE] = {
        "Not done: {name} is there already.",
        "Не сделано: {name} уже есть."},
    [TEXT_SUB_ADD_DONE] = {
        "✅ {name} is created.",
        "✅ {name} создан."},
    [TEXT_SUB_ADD_CHECKED] = {
        "✅ {name} is created: Beget's answer got lost, but its list shows the name.",
        "✅ {name} создан: ответ Beget потерялся, но имя есть в его списке."},
    [TEXT_SUB_ADD_NOT_DONE] = {
        "{name} was not created.",
        "{name} не создан."},
    [TEXT_SUB_ADD_UNKNOWN] = {
        "❓ Nobody can say whether {name} is created: there was no clear answer from Beget.\n\nAsked: create {name}.\nBefore: there was no such subdomain.\nIt may yet appear. Before you ask again, look: <code>/sub {domain}</code>",
        "❓ Неизвестно, создан ли {name}: ясного ответа от Beget не было.\n\nПросили: создать {name}.\nДо этого: такого поддомена не было.\nОн ещё может появиться. Прежде чем просить снова, посмотрите: <code>/sub {domain}</code>"},
    [TEXT_SUB_DEL_NO_RIGHT] = {
        "⚠️ You may not delete {name}. The administrator can grant it (X on the domain or the subdomain); your chat id is <code>{chat}</code>.",
        "⚠️ Вам нельзя удалить {name}. Право даёт администратор (X на домен или поддомен); номер вашего чата <code>{chat}</code>."},
    [TEXT_SUB_DEL_QUESTION] = {
        "Delete <b>{name}</b>?\n\nThis cannot be undone. A site linked to it no longer opens under this name; its DNS records may stay published. The same name with www. before it is separate and stays.",
        "Удалить <b>{name}</b>?\n\nОтменить это нельзя. Привязанный сайт больше не откроется под этим именем; его записи DNS могут остаться опубликованными. Такое же имя с www. впереди — отдельное, оно останется."},
    [TEXT_SUB_DEL_GONE] = {
        "Not done: there is no subdomain {name}.",
        "Не сделано: поддомена {name} нет."},
    [TEXT_SUB_DEL_DONE] = {
        "✅ {name} is deleted.",
        "✅ {name} удалён."},
    [TEXT_SUB_DEL_CHECKED] = {
        "✅ {name} is deleted: Beget's answer got lost, but its list no longer shows the name.",
        "✅ {name} удалён: ответ Beget потерялся, но имени больше нет в его списке."},
    [TEXT_SUB_DEL_NOT_DONE] = {
        "{name} was not deleted.",
        "{name} не удалён."},
    [TEXT_SUB_DEL_UNKNOWN] = {
        "❓ Nobody can say whether {name} is deleted: there was no clear answer from Beget.\n\nAsked: delete {name}.\nBefore: the subdomain was there.\nIt may yet go. Before you ask again, look: <code>/sub {domain}</code>",
        "❓ Неизвестно, удалён ли {name}: ясного ответа от Beget не было.\n\nПросили: удалить {name}.\nДо этого: поддомен был.\nОн ещё может исчезнуть. Прежде чем просить снова, посмотрите: <code>/sub {domain}</code>"},
    [TEXT_CHANGE_OTHER] = {
        "Not done: {name} is no longer what the question was about. Once more:",
        "Не сделано: {name} уже не то, о чём был вопрос. Ещё раз:"},
    [TEXT_CHANGE_LATE] = {
        "The request has waited too long ({minutes} min). Please ask again if you still want it.",
        "Запрос ждал слишком долго ({minutes} мин). Попросите снова, если это ещё нужно."},
    [TEXT_CHANGE_CANCELLED] = {
        "The administrator has cancelled the request.",
        "Запрос отменил администратор."},
    [TEXT_CHANGE_DROPPED] = {
        "You have cancelled it.",
        "Вы это отменили."},
    [TEXT_CHANGE_LIMIT] = {
        "A limit of Beget is used up, of requests a minute or of the tariff: {text}. Please try again in a minute.",
        "Исчерпан лимит Beget, запросов в минуту или тарифа: {text}. Попробуйте через минуту."},
    [TEXT_DNS] = {
        "<b>DNS of {name}</b>",
        "<b>DNS {name}</b>"},
    [TEXT_DNS_EMPTY] = {
        "This name has no records.",
        "У этого имени нет записей."},
    [TEXT_DNS_TTL] = {
        "TTL {ttl} s",
        "TTL {ttl} с"},
    [TEXT_DNS_SERVERS] = {
        "Name servers",
        "Серверы имён"},
    [TEXT_DNS_SERVER_IPS] = {
        "Addresses of the name servers",
        "Адреса серверов имён"},
    [TEXT_DNS_ELSEWHERE] = {
        "⚠️ The domain is delegated to other name servers: these records are kept at Beget but nobody is asked for them.",
        "⚠️ Домен делегирован на другие серверы имён: эти записи хранятся в Beget, но никто их не спрашивает."},
    [TEXT_DNS_IS_CNAME] = {
        "This name is an alias (CNAME) of another.",
        "Это имя — псевдоним (CNAME) другого."},
    [TEXT_DNS_IS_NS] = {
        "This name is delegated to its own name servers (NS).",
        "Это имя делегировано на свои серверы имён (NS)."},
    [TEXT_DNS_UNKNOWN_TYPES] = {
        "Records of kinds that are not shown here: {count}",
        "Записей видов, которые здесь не показаны: {count}"},
    [TEXT_DNS_CUT] = {
        "… ({count} characters in all)",
        "… (всего знаков: {count})"},
    [TEXT_DNS_USAGE] = {
        "Please add a name: <code>/dns example.com</code>",
        "Добавьте имя: <code>/dns example.com</code>"},
    [TEXT_NOT_A_NAME] = {
        "⚠️ «{name}» is not a domain name. A name looks like <code>shop.example.com</code>: letters, digits and hyphens, at most 63 between two dots and 253 in all.",
        "⚠️ «{name}» — не доменное имя. Имя выглядит так: <code>shop.example.com</code>; буквы, цифры и дефисы, не больше 63 между точками и 253 всего."},
    [TEXT_NOT_ON_ACCOUNT] = {
        "⚠️ {name} does not belong to a domain of this account.",
        "⚠️ {name} не относится ни к одному домену этого аккаунта."},
    [TEXT_NO_ACCESS] = {
        "⚠️ You have no access to {name}. The administrator can grant it; your chat id is <code>{chat}</code>.",
        "⚠️ У вас нет доступа к {name}. Его даёт администратор; номер вашего чата <code>{chat}</code>."},
    [TEXT_NO_COMMAND] = {
        "I do not know the command {command}. /help lists what I can do.",
        "Я не знаю команды {command}. Что я умею: /help"},
    [TEXT_NO_TEXT] = {
        "I understand commands and buttons. /help lists what I can do.",
        "Я понимаю команды и кнопки. Что я умею: /help"},
    [TEXT_WORKING] = {
        "⏳ Asking Beget…",
        "⏳ Спрашиваю Beget…"},
    [TEXT_BUTTON_EXPIRED] = {
        "This menu is out of date. Here is a fresh one.",
        "Это меню устарело. Вот свежее."},
    [TEXT_BUTTON_FOREIGN] = {
        "This menu was made for someone else. Type /start for your own.",
        "Это меню сделано для другого человека. Своё — по команде /start."},
    [TEXT_BUTTON_USED] = {
        "This question has been answered already.",
        "На этот вопрос уже ответили."},
    [TEXT_DEAD] = {
        "⚠️ Your request could not be handled: the program failed on it several times. It has been put aside for the administrator.",
        "⚠️ Ваш запрос не удалось обработать: программа несколько раз на нём сломалась. Он отложен для администратора."},
    [TEXT_DEAD_DOUBT] = {
        "❓ Your request was given up: the program failed on it several times. What it was to change may have been changed, or may yet be. Look before you ask again. It has been put aside for the administrator.",
        "❓ Ваш запрос не доведён до конца: программа несколько раз на нём сломалась. То, что он должен был изменить, могло измениться или ещё изменится. Посмотрите, прежде чем просить снова. Он отложен для администратора."},
    [TEXT_FAIL_NOT_SENT] = {
        "Beget cannot be reached at the moment. Nothing was changed. Please try again in a minute.",
        "Сейчас нет связи с Beget. Ничего не изменено. Попробуйте через минуту."},
    [TEXT_FAIL_NO_ANSWER] = {
        "Beget did not answer in time. Please try again in a minute.",
        "Beget не ответил вовремя. Попробуйте через минуту."},
    [TEXT_FAIL_UNREADABLE] = {
        "Beget sent an answer that I cannot read. Usually this is maintenance on their side: please try again later.",
        "Beget прислал ответ, который не удалось прочитать. Обычно это работы на их стороне: попробуйте позже."},
    [TEXT_FAIL_DENIED] = {
        "Beget refuses my login. The administrator should check that API access is switched on in Beget's panel and that the separate API password is set.",
        "Beget не принимает мой вход. Администратору: проверьте, что в панели Beget включён доступ к API и задан отдельный пароль API."},
    [TEXT_FAIL_SECTION_OFF] = {
        "Access to this part of the API is switched off. The administrator can tick it in Beget's panel, in the API settings.",
        "Доступ к этому разделу API выключен. Администратор может включить его в панели Beget, в настройках API."},
    [TEXT_FAIL_LIMIT] = {
        "Beget's limit on requests is used up. Please try again in a minute.",
        "Лимит запросов к Beget исчерпан. Попробуйте через минуту."},
    [TEXT_FAIL_INVALID] = {
        "Beget refuses the request: {text}",
        "Beget отклонил запрос: {text}"},
    [TEXT_FAIL_NOT_FOUND] = {
        "Beget has no records to show for {name}: the name was never created on the account. (Names that begin with www. and were made automatically cannot be read either.)",
        "У Beget нет записей для {name}: имя не создано на аккаунте. (Имена с www., созданные автоматически, тоже нельзя прочитать.)"},
    [TEXT_FAIL_FAILED] = {
        "Beget could not do it: {text}",
        "Beget не смог это сделать: {text}"},
    [TEXT_FAIL_BAD_REQUEST] = {
        "Beget did not understand my request: {text}. This is a defect of the bot; please tell the administrator.",
        "Beget не понял мой запрос: {text}. Это ошибка бота; сообщите администратору."},
    [TEXT_NO_REASON] = {
        "no reason is given",
        "причина не указана"},
};

static const enum text_id FAILURE_TEXTS[BEGET_FAILURE_COUNT] = {
    [BEGET_NOT_SENT]    = TEXT_FAIL_NOT_SENT,
    [BEGET_NO_ANSWER]   = TEXT_FAIL_NO_ANSWER,
    [BEGET_UNREADABLE]  = TEXT_FAIL_UNREADABLE,
    [BEGET_DENIED]      = TEXT_FAIL_DENIED,
    [BEGET_SECTION_OFF] = TEXT_FAIL_SECTION_OFF,
    [BEGET_LIMIT]       = TEXT_FAIL_LIMIT,
    [BEGET_INVALID]     = TEXT_FAIL_INVALID,
    [BEGET_NOT_FOUND]   = TEXT_FAIL_NOT_FOUND,
    [BEGET_FAILED]      = TEXT_FAIL_FAILED,
    [BEGET_BAD_REQUEST] = TEXT_FAIL_BAD_REQUEST,
};
/* clang-format on */

static void add_plain(struct buf *out, const char *value)
{
    buf_add(out, value, strlen(value));
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return "&quot;";
    }
}

void text_escape(struct buf *out, const char *value)
{
    while (*value != '\0') {
        size_t plain = strcspn(value, "&<>\"");

        buf_add(out, value, plain);
        value += plain;
        if (*value != '\0') {
            add_plain(out, entity_of(*value));
            value++;
        }
    }
}

static const char *find_arg(const struct text_arg *args, const char *name, size_t len)
{
    for (const struct text_arg *arg = args; arg && arg->name; arg++) {
        if (strlen(arg->name) == len && strncmp(arg->name, name, len) == 0) {
            return arg->value;
        }
    }
    return NULL;
}

static void fill(struct buf *out, const char *template, const struct text_arg *args,
                 void (*add_value)(struct buf *out, const char *value))
{
    const char *open;

    while ((open = strchr(template, '{')) != NULL) {
        size_t len = strcspn(open + 1, "}");
        const char *value = find_arg(args, open + 1, len);

        assert(value); /* a text and its caller disagree about a placeholder */
        buf_add(out, template, (size_t)(open - template));
        add_value(out, value);
        template = open + 1 + len + 1;
    }
    add_plain(out, template);
}

const char *text_template(enum language language, enum text_id id)
{
    return TEXTS[id][language];
}

void text_html(struct buf *out, enum language language, enum text_id id,
               const struct text_arg *args)
{
    fill(out, text_template(language, id), args, text_escape);
}

void text_plain(struct buf *out, enum language language, enum text_id id,
                const struct text_arg *args)
{
    fill(out, text_template(language, id), args, add_plain);
}

enum text_id text_of_failure(enum beget_failure failure)
{
    assert(failure != BEGET_OK && failure != BEGET_STOPPED);
    return FAILURE_TEXTS[failure];
}

const char *text_number(struct text_number *room, int64_t number)
{
    (void)snprintf(room->text, sizeof(room->text), "%" PRId64, number);
    return room->text;
}
