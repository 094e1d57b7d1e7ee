/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What a server may make us do: every cap on the peer, in one place. */

/* Bytes of an answer in JSON; a page of 500 messages has about 2 MiB. */
#define TERN_GRAPH_MAX_JSON (16 * 1024 * 1024)
/* Values of one answer. */
#define TERN_GRAPH_MAX_VALUES 500000
/* Objects and lists within each other. */
#define TERN_GRAPH_MAX_DEPTH 32
/* Bytes of what a server says of an error. */
#define TERN_GRAPH_MAX_COMPLAINT (64 * 1024)
/* Bytes of a link to the next page, and of an id. */
#define TERN_GRAPH_MAX_LINK (16 * 1024)
#define TERN_GRAPH_MAX_ID 2048
/* Bytes of a text that a list shows, and of a list of Message-IDs. */
#define TERN_GRAPH_MAX_TEXT (16 * 1024)
/* Addresses in one field, and categories of one message. */
#define TERN_GRAPH_MAX_ADDRESSES 1000
#define TERN_GRAPH_MAX_CATEGORIES 100
/* Pages of one round of links. */
#define TERN_GRAPH_MAX_PAGES 20000
/* Folders of an account, and rounds in which they are asked for: a level, or a further page. */
#define TERN_GRAPH_MAX_FOLDERS 20000
#define TERN_GRAPH_MAX_ROUNDS 64
/* Attachments of one message. */
#define TERN_GRAPH_MAX_ATTACHMENTS 500

/* What we allow ourselves towards the server, by its own rules: requests of one mailbox at a time,
 * and requests in one batch. */
#define TERN_GRAPH_MAX_RUNNING 4
#define TERN_GRAPH_MAX_BATCH 20
/* Of these, requests that nobody waits for. */
#define TERN_GRAPH_MAX_BACKGROUND 3
/* How long a request waits by itself where the server wants to be left alone (s), and how often. */
#define TERN_GRAPH_MAX_WAIT 20
#define TERN_GRAPH_MAX_WAITS 3
