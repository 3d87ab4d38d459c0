-- SPDX-License-Identifier: MIT
-- bot.db as the first Python bots left it: who may use the bot, and the log; no rights yet, no versions.
CREATE TABLE IF NOT EXISTS allowed_chats (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER UNIQUE NOT NULL,
    added_by TEXT NOT NULL,
    added_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    note TEXT
);
CREATE TABLE IF NOT EXISTS action_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    user_id INTEGER,
    username TEXT,
    action TEXT NOT NULL,
    details TEXT,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX IF NOT EXISTS idx_action_logs_created_at ON action_logs (created_at DESC);

-- A private chat, one without a note (the admin had no user name), a group, markup in a note, and no chat at all.
INSERT INTO allowed_chats (chat_id, added_by, added_at, note) VALUES
    (1002, '@anna', '2026-02-07 17:20:00', 'Борис, «Ромашка»'),
    (1003, '@1001', '2026-02-07 17:21:10', NULL),
    (-1002000000001, '@anna', '2026-02-08 09:00:59', 'Web team'),
    (1004, '@anna', '2026-02-09 12:30:00', '<b>Пётр</b> & Co'),
    (0, '@anna', '2026-02-09 12:31:00', 'a slip');

-- The chat of the last one has been removed since.
INSERT INTO action_logs (chat_id, user_id, username, action, details, created_at) VALUES
    (1002, 1002, 'boris', '/start', NULL, '2026-02-07 17:25:00'),
    (1003, 1003, 'Вера Иванова', '/help', NULL, '2026-02-07 17:26:00'),
    (-1002000000001, 1002, 'boris', '/start', NULL, '2026-02-08 09:05:00'),
    (1003, NULL, NULL, 'callback: do_del_sub:3344001', NULL, '2026-02-08 09:06:00'),
    (1010, 1010, 'gone', '/start', NULL, '2026-02-08 09:07:00');
