/* SPDX-License-Identifier: BSD-3-Clause */

#include "process/complaint.h"

#include "util/text.h"

static bool is_blank(char byte)
{
        return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_control(char byte)
{
        return (byte >= '\0' && byte < ' ') || byte == '\x7f';
}

static void add_byte(Complaint *complaint, char byte)
{
        if (byte == '\n') {
                complaint->ended = true;
                return;
        }
        if (complaint->ended && !is_blank(byte)) {
                complaint->size = 0;
                complaint->ended = false;
        }
        if (complaint->ended || complaint->size == COMPLAINT_MAX || (complaint->size == 0 && is_blank(byte)))
                return;
        complaint->line[complaint->size++] = is_blank(byte) ? ' ' : is_control(byte) ? '?' : byte;
}

void complaint_add(Complaint *complaint, const char *bytes, size_t size)
{
        for (size_t i = 0; i < size; i++)
                add_byte(complaint, bytes[i]);
}

const char *complaint_to_text(Complaint *complaint)
{
        while (complaint->size > 0 && is_blank(complaint->line[complaint->size - 1]))
                complaint->size--;
        if (complaint->size == 0)
                return NULL;
        complaint->line[complaint->size] = '\0';
        text_scrub(complaint->line);
        return complaint->line;
}
