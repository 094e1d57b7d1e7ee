/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What a server may make us do: every cap on the peer, in one place. */

/* Bytes of one response that are held in memory: a SEARCH over 2,000,000 messages fits. What is
 * longer is read to its end, if that is no further away than this once more. */
#define TERN_IMAP_MAX_RESPONSE (32 * 1024 * 1024)
/* Buffers that one response made grow beyond this are given back after it. */
#define TERN_IMAP_KEEP_BUFFER (1024 * 1024)
/* Atoms, strings and lists of one response; ranges of a set of UIDs, and numbers that a search
 * finds, in however many responses. */
#define TERN_IMAP_MAX_NODES (4 * 1000 * 1000)
/* Lists within lists; deeper ones are read and left out. */
#define TERN_IMAP_MAX_DEPTH 64
/* A literal that nobody takes as a stream and that is larger than this is read and left out. */
#define TERN_IMAP_MAX_LITERAL_HELD (4 * 1024 * 1024)
/* Parts of one message's BODYSTRUCTURE; the rest is left out. */
#define TERN_IMAP_MAX_PARTS 1000
/* Body sections that one FETCH response may carry. */
#define TERN_IMAP_MAX_SECTIONS 64
/* Atoms, strings and lists of a FETCH response behind which no literal is taken as a stream any
 * more: with each, all before it is read again. */
#define TERN_IMAP_MAX_BEFORE_STREAM (4 * TERN_IMAP_MAX_SECTIONS)
/* Mailboxes of an account; the rest is left out. */
#define TERN_IMAP_MAX_FOLDERS 20000
/* Bytes of a mailbox's name; a longer one fits into no command of ours and is left out. */
#define TERN_IMAP_MAX_MAILBOX_NAME 800
/* Capabilities that are taken note of, and bytes of one. */
#define TERN_IMAP_MAX_CAPABILITIES 300
#define TERN_IMAP_MAX_CAPABILITY 100
/* Bytes of a message's keywords; those that go beyond are left out. */
#define TERN_IMAP_MAX_KEYWORDS 4000
/* Bytes of a name that a server gives a message or a mailbox (RFC 8474 section 7). */
#define TERN_IMAP_MAX_ID 255
/* Namespaces of one kind. */
#define TERN_IMAP_MAX_NAMESPACES 16

/* Bytes before a greeting has come to its end. */
#define TERN_IMAP_MAX_GREETING (64 * 1024)
/* Bytes of what a server says to the user that are kept. */
#define TERN_IMAP_MAX_WORDS 1000
/* Bytes of a greeting, and of what a server tells of itself, that are kept. */
#define TERN_IMAP_MAX_IDENTITY 200

/* What we allow ourselves towards the server: connections of one account. Courier allows four an
 * address, Gmail fifteen for all of the user's devices together. */
#define TERN_IMAP_MAX_CONNECTIONS 4
/* Some refuse longer commands. */
#define TERN_IMAP_MAX_COMMAND 1000
/* Exchange refuses more than about 25 commands in flight. */
#define TERN_IMAP_MAX_PIPELINE 20
/* Milliseconds without a byte, while an answer is due, after which a connection counts as dead. */
#define TERN_IMAP_PATIENCE 60000
/* The same where a connection has stood silent for long and may have died unnoticed. */
#define TERN_IMAP_SHORT_PATIENCE 8000
/* Milliseconds after the sign-in, after which commands that left with it and have no answer yet may
 * have been lost. */
#define TERN_IMAP_DOUBT 2000
/* Bytes asked of the socket at a time. */
#define TERN_IMAP_READ_SIZE (128 * 1024)
/* The same under COMPRESS, where each byte may become a thousand before the main loop turns. */
#define TERN_IMAP_READ_DEFLATED (16 * 1024)
