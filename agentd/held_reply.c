#include "agentd/held_reply.h"

#include "common/frame.h"

static void on_recorded(struct audit_ticket *ticket, int err)
{
	struct held_reply *held = ticket->owner;
	struct byte_buf frame = held->frame;

	byte_buf_init(&held->frame, FRAME_LEN_MAX); /* transferred: another may be kept */
	held->on_released(held, byte_buf_view(&frame), err);
	byte_buf_deinit(&frame);
}

void held_reply_init(struct held_reply *held)
{
	held->ticket = (struct audit_ticket){.on_recorded = on_recorded, .owner = held};
	byte_buf_init(&held->frame, FRAME_LEN_MAX);
}

int held_reply_keep(struct held_reply *held, struct byte_view frame)
{
	byte_buf_put_bytes(&held->frame, frame.ptr, frame.len);
	return byte_buf_status(&held->frame);
}

void held_reply_drop(struct held_reply *held)
{
	audit_ticket_drop(&held->ticket);
	byte_buf_deinit(&held->frame);
}
