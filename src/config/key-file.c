/* SPDX-License-Identifier: BSD-3-Clause */

/* Key files in BIND's syntax: key statements, and nothing else of named.conf.
 * What stands in the file may be a secret wherever it stands: errors say only the places, and names of keys.
 */

#include "config/key-file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config/secrets.h"

enum {
        NAME_MAX_SHOWN = 64
};

typedef enum TokenKind {
        TOKEN_END,
        TOKEN_WORD,
        TOKEN_PUNCTUATION, /* one of { } ; */
} TokenKind;

typedef struct Token {
        TokenKind kind;
        const char *start; /* of a word: after its quotation mark */
        size_t length;
        unsigned line, column;
} Token;

typedef struct Scanner {
        const char *at, *end;
        const char *line_start;
        unsigned line;
        Token token; /* the one that is looked at */
        KeyFileError *error;
} Scanner;

static int wrong_at(const Scanner *scanner, unsigned line, unsigned column, const char *what)
{
        scanner->error->line = line;
        scanner->error->column = column;
        snprintf(scanner->error->text, sizeof scanner->error->text, "%s", what);
        return -EINVAL;
}

static int wrong(const Scanner *scanner, const char *what)
{
        return wrong_at(scanner, scanner->token.line, scanner->token.column, what);
}

static unsigned column_of(const Scanner *scanner)
{
        return (unsigned) (scanner->at - scanner->line_start) + 1;
}

static void pass(Scanner *scanner)
{
        if (*scanner->at++ == '\n') {
                scanner->line++;
                scanner->line_start = scanner->at;
        }
}

static bool starts_with(const Scanner *scanner, const char *text)
{
        size_t length = strlen(text);

        return (size_t) (scanner->end - scanner->at) >= length && memcmp(scanner->at, text, length) == 0;
}

static int skip_blank(Scanner *scanner)
{
        while (scanner->at < scanner->end) {
                unsigned line = scanner->line, column = column_of(scanner);

                if (starts_with(scanner, "/*")) {
                        while (scanner->at < scanner->end && !starts_with(scanner, "*/"))
                                pass(scanner);
                        if (scanner->at == scanner->end)
                                return wrong_at(scanner, line, column, "this comment has no end");
                        scanner->at += 2;
                } else if (starts_with(scanner, "//") || *scanner->at == '#') {
                        while (scanner->at < scanner->end && *scanner->at != '\n')
                                scanner->at++;
                } else if (strchr(" \t\r\n", *scanner->at)) {
                        pass(scanner);
                } else {
                        return 0;
                }
        }
        return 0;
}

static int scan_quoted(Scanner *scanner)
{
        scanner->token.start = ++scanner->at;
        scanner->token.kind = TOKEN_WORD;
        while (scanner->at < scanner->end && *scanner->at != '"')
                pass(scanner);
        if (scanner->at == scanner->end)
                return wrong(scanner, "this text has no closing quotation mark");
        scanner->token.length = (size_t) (scanner->at++ - scanner->token.start);
        return 0;
}

/* Where an unquoted word ends. Not at a slash: base64 has them. */
static size_t word_length(const Scanner *scanner)
{
        const char *p = scanner->at;

        while (p < scanner->end && !strchr(" \t\r\n{};\"#", *p))
                p++;
        return (size_t) (p - scanner->at);
}

/* Looks at the next token. */
static int advance(Scanner *scanner)
{
        int r = skip_blank(scanner);

        if (r < 0)
                return r;
        scanner->token = (Token){
                .start = scanner->at,
                .line = scanner->line,
                .column = column_of(scanner),
        };
        if (scanner->at == scanner->end)
                return 0;
        if (*scanner->at == '"')
                return scan_quoted(scanner);
        scanner->token.length = word_length(scanner);
        scanner->token.kind = scanner->token.length > 0 ? TOKEN_WORD : TOKEN_PUNCTUATION;
        if (scanner->token.kind == TOKEN_PUNCTUATION)
                scanner->token.length = 1;
        scanner->at += scanner->token.length;
        return 0;
}

static bool is_word(const Scanner *scanner, const char *word)
{
        return scanner->token.kind == TOKEN_WORD && scanner->token.length == strlen(word) &&
               strncasecmp(scanner->token.start, word, scanner->token.length) == 0;
}

/* Passes one of { } ; and what it is said to be when it is not there. */
static int take(Scanner *scanner, char punctuation, const char *expected)
{
        if (scanner->token.kind != TOKEN_PUNCTUATION || *scanner->token.start != punctuation)
                return wrong(scanner, expected);
        return advance(scanner);
}

/* A key statement, as far as it has been read. */
typedef struct Statement {
        Name name;
        int algorithm;
        Secret *secret;
} Statement;

static void statement_done(Statement *statement)
{
        secret_free(statement->secret);
}

static int read_name(Scanner *scanner, Name *ret)
{
        char text[NAME_TEXT_MAX];

        if (scanner->token.kind != TOKEN_WORD || scanner->token.length >= sizeof text)
                return wrong(scanner, "expected the key's name");
        memcpy(text, scanner->token.start, scanner->token.length);
        text[scanner->token.length] = '\0';
        if (name_from_text(ret, text) < 0)
                return wrong(scanner, "the key's name must be a domain name");
        return advance(scanner);
}

static int read_algorithm(Scanner *scanner, Statement *statement)
{
        char text[64] = "";

        if (statement->algorithm >= 0)
                return wrong(scanner, "the algorithm is there twice");
        if (scanner->token.kind == TOKEN_WORD && scanner->token.length < sizeof text)
                memcpy(text, scanner->token.start, scanner->token.length);
        statement->algorithm = tsig_algorithm_from_text(text);
        if (statement->algorithm < 0)
                return wrong(scanner,
                        "the algorithm must be one of hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256, "
                        "hmac-sha384, hmac-sha512");
        return advance(scanner);
}

static int read_secret(Scanner *scanner, Statement *statement)
{
        int r = -EINVAL;

        if (statement->secret)
                return wrong(scanner, "the secret is there twice");
        if (scanner->token.kind == TOKEN_WORD)
                r = secret_from_base64(&statement->secret, scanner->token.start, scanner->token.length);
        if (r == -EINVAL)
                return wrong(scanner, "the secret must be 1 to 512 bytes in base64");
        return r < 0 ? r : advance(scanner);
}

static int read_clause(Scanner *scanner, Statement *statement)
{
        bool is_algorithm = is_word(scanner, "algorithm");
        int r;

        if (!is_algorithm && !is_word(scanner, "secret"))
                return wrong(scanner, "expected 'algorithm', 'secret' or '}'");
        r = advance(scanner);
        if (r < 0)
                return r;
        r = is_algorithm ? read_algorithm(scanner, statement) : read_secret(scanner, statement);
        if (r < 0)
                return r;
        return take(scanner, ';', "expected ';'");
}

static int read_statement(Scanner *scanner, Statement *statement)
{
        Token start = scanner->token;
        int r;

        if (!is_word(scanner, "key"))
                return wrong(scanner, "expected 'key'");
        r = advance(scanner);
        if (r < 0)
                return r;
        r = read_name(scanner, &statement->name);
        if (r < 0)
                return r;
        r = take(scanner, '{', "expected '{' after the key's name");
        if (r < 0)
                return r;
        while (scanner->token.kind == TOKEN_WORD) {
                r = read_clause(scanner, statement);
                if (r < 0)
                        return r;
        }
        r = take(scanner, '}', "expected 'algorithm', 'secret' or '}'");
        if (r < 0)
                return r;
        if (statement->algorithm < 0 || !statement->secret)
                return wrong_at(scanner, start.line, start.column,
                        "this key must have both an algorithm and a secret");
        return take(scanner, ';', "expected ';' after '}'");
}

static const char *show_name(const Name *name, char buffer[static NAME_MAX_SHOWN])
{
        char text[NAME_TEXT_MAX];

        snprintf(buffer, NAME_MAX_SHOWN, "%s", name_to_text(name, text));
        return buffer;
}

static int not_found(const Scanner *scanner, const Name *found, unsigned count, const Name *wanted)
{
        char is[NAME_MAX_SHOWN], should[NAME_MAX_SHOWN], text[sizeof scanner->error->text];

        if (count == 0)
                return wrong_at(
                        scanner, 0, 0, "must have a key: key \"NAME\" { algorithm …; secret \"…\"; };");
        snprintf(text, sizeof text, "has the key \"%s\"%s, not \"%s\"", show_name(found, is),
                count > 1 ? " and others" : "", show_name(wanted, should));
        return wrong_at(scanner, 0, 0, text);
}

int key_file_parse(const char *text, size_t size, const Name *name, TsigAlgorithm *ret_algorithm,
        Secret **ret_secret, KeyFileError *ret_error)
{
        Scanner scanner = {
                .at = text,
                .end = text + size,
                .line_start = text,
                .line = 1,
                .error = ret_error,
        };
        AUTO(secret_freep) Secret *secret = NULL;
        TsigAlgorithm algorithm = TSIG_HMAC_MD5;
        Name first = { 0 };
        unsigned count = 0;
        int r;

        if (memchr(text, '\0', size))
                return wrong_at(&scanner, 0, 0, "has a NUL byte: this is no text file");
        r = advance(&scanner);
        if (r < 0)
                return r;
        while (scanner.token.kind != TOKEN_END) {
                AUTO(statement_done) Statement statement = { .algorithm = -1 };

                r = read_statement(&scanner, &statement);
                if (r < 0)
                        return r;
                if (count++ == 0)
                        first = statement.name;
                if (secret || !name_equal(&statement.name, name))
                        continue;
                algorithm = (TsigAlgorithm) statement.algorithm;
                secret = STEAL(statement.secret);
        }
        if (!secret)
                return not_found(&scanner, &first, count, name);
        *ret_algorithm = algorithm;
        *ret_secret = STEAL(secret);
        return 0;
}
