/* SPDX-License-Identifier: BSD-3-Clause */

/* JSON: text to json-c objects, or the place where the text is wrong.
 *
 * Not json-c's own parser: of a key that stands twice it silently keeps the last, it knows no lines, cuts
 * keys at \u0000, and takes NaN, single quotes and commas that nothing follows. */

#include "config/json.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "config/json-scanner.h"

enum {
        DEPTH_MAX = 32,
        VALUES_MAX = 1000000, /* each takes some 64 bytes */
};

typedef struct Parser {
        JsonScanner scanner;
        unsigned depth;
        size_t n_values;
        bool duplicates;
} Parser;

static int parse_value(Parser *parser, json_object **ret);

static int parse_string(Parser *parser, json_object **ret)
{
        AUTO_FREE char *text = NULL;
        int r = json_scan_text(&parser->scanner, &text);

        if (r < 0)
                return r;
        *ret = json_object_new_string(text);
        return *ret ? 0 : -ENOMEM;
}

static int parse_number(Parser *parser, json_object **ret)
{
        AUTO_FREE char *text = NULL;
        bool integer;
        size_t length = json_number_length(parser->scanner.at, &integer);
        long long value;

        if (length == 0)
                return json_wrong(&parser->scanner, "this is no number: it must be like 60, -1, 0.5 or 1e3");
        text = strndup(parser->scanner.at, length);
        if (!text)
                return -ENOMEM;
        parser->scanner.at += length;
        errno = 0;
        value = strtoll(text, NULL, 10);
        if (integer && errno == 0)
                *ret = json_object_new_int64(value);
        else
                *ret = json_object_new_double_s(strtod(text, NULL), text);
        return *ret ? 0 : -ENOMEM;
}

static int parse_word(Parser *parser, json_object **ret)
{
        size_t length =
                strspn(parser->scanner.at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

        if (length == 4 && memcmp(parser->scanner.at, "true", 4) == 0)
                *ret = json_object_new_boolean(true);
        else if (length == 5 && memcmp(parser->scanner.at, "false", 5) == 0)
                *ret = json_object_new_boolean(false);
        else if (length == 4 && memcmp(parser->scanner.at, "null", 4) == 0)
                *ret = NULL; /* json-c's null */
        else
                return json_expected(&parser->scanner, "a value (a text stands in double quotation marks)");
        if (!*ret && *parser->scanner.at != 'n')
                return -ENOMEM;
        parser->scanner.at += length;
        return 0;
}

/* After an item of a list or object. 1: another one follows; 0: that was the last, `closer` is passed. */
static int parse_separator(Parser *parser, char closer)
{
        int r = json_skip_blank(&parser->scanner);

        if (r < 0)
                return r;
        if (*parser->scanner.at == closer) {
                parser->scanner.at++;
                return 0;
        }
        if (*parser->scanner.at != ',')
                return json_expected(&parser->scanner, closer == '}' ? "',' or '}'" : "',' or ']'");
        parser->scanner.at++;
        r = json_skip_blank(&parser->scanner);
        if (r < 0)
                return r;
        if (*parser->scanner.at == closer)
                return json_wrong(&parser->scanner, "the last entry has no comma after it");
        return 1;
}

/* Passes the opening bracket. 1: there is an item; 0: it is empty, and the closing bracket is passed too. */
static int parse_opening(Parser *parser, char closer)
{
        int r;

        if (parser->depth >= DEPTH_MAX)
                return json_wrong(&parser->scanner, "this is nested too deep");
        parser->scanner.at++;
        r = json_skip_blank(&parser->scanner);
        if (r < 0)
                return r;
        if (*parser->scanner.at != closer)
                return 1;
        parser->scanner.at++;
        return 0;
}

static int parse_array(Parser *parser, json_object **ret)
{
        AUTO(json_putp) json_object *array = json_object_new_array();
        int r;

        if (!array)
                return -ENOMEM;
        r = parse_opening(parser, ']');
        parser->depth++;
        while (r > 0) {
                AUTO(json_putp) json_object *value = NULL;

                r = parse_value(parser, &value);
                if (r < 0)
                        return r;
                if (json_object_array_add(array, value) < 0)
                        return -ENOMEM;
                value = NULL; /* the array's now */
                r = parse_separator(parser, ']');
        }
        if (r < 0)
                return r;
        parser->depth--;
        *ret = STEAL(array);
        return 0;
}

static void report_duplicate(Parser *parser, const char *at)
{
        json_wrong_at(&parser->scanner, at, "this key is there twice in one object");
        parser->duplicates = true;
}

static int parse_member(Parser *parser, json_object *object)
{
        AUTO(json_putp) json_object *value = NULL;
        AUTO_FREE char *key = NULL;
        const char *start = parser->scanner.at;
        int r;

        if (*parser->scanner.at != '"')
                return json_expected(&parser->scanner, "a key in double quotation marks");
        r = json_scan_text(&parser->scanner, &key);
        if (r < 0)
                return r;
        if (json_object_object_get_ex(object, key, NULL))
                report_duplicate(parser, start);
        r = json_skip_blank(&parser->scanner);
        if (r < 0)
                return r;
        if (*parser->scanner.at != ':')
                return json_expected(&parser->scanner, "':' after the key");
        parser->scanner.at++;
        r = parse_value(parser, &value);
        if (r < 0)
                return r;
        if (json_object_object_get_ex(object, key, NULL))
                return 0;
        if (json_object_object_add(object, key, value) < 0)
                return -ENOMEM;
        value = NULL; /* the object's now */
        return 0;
}

static int parse_object(Parser *parser, json_object **ret)
{
        AUTO(json_putp) json_object *object = json_object_new_object();
        int r;

        if (!object)
                return -ENOMEM;
        r = parse_opening(parser, '}');
        parser->depth++;
        while (r > 0) {
                r = parse_member(parser, object);
                if (r < 0)
                        return r;
                r = parse_separator(parser, '}');
        }
        if (r < 0)
                return r;
        parser->depth--;
        *ret = STEAL(object);
        return 0;
}

static int parse_value(Parser *parser, json_object **ret)
{
        int r = json_skip_blank(&parser->scanner);

        if (r < 0)
                return r;
        if (++parser->n_values > VALUES_MAX)
                return json_wrong(&parser->scanner, "there are too many values in this file");
        switch (*parser->scanner.at) {
        case '{':
                return parse_object(parser, ret);
        case '[':
                return parse_array(parser, ret);
        case '"':
                return parse_string(parser, ret);
        case '-':
        case '0' ... '9':
                return parse_number(parser, ret);
        default:
                return parse_word(parser, ret);
        }
}

int json_read(json_object **ret, const char *text, size_t size, const char *file, ConfigErrors *errors)
{
        static const char byte_order_mark[] = "\xef\xbb\xbf";
        AUTO(json_putp) json_object *value = NULL;
        Parser parser = {
                .scanner = { .at = text, .line_start = text, .line = 1, .file = file, .errors = errors },
        };
        int r;

        if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0)
                parser.scanner.line_start = parser.scanner.at = text + 3;
        r = json_check_bytes(&parser.scanner, size - (size_t) (parser.scanner.at - text));
        if (r < 0)
                return r;
        r = parse_value(&parser, &value);
        if (r < 0)
                return r;
        r = json_skip_blank(&parser.scanner);
        if (r < 0)
                return r;
        if (*parser.scanner.at != '\0')
                return json_expected(&parser.scanner, "the end of the file");
        *ret = STEAL(value);
        return parser.duplicates;
}
