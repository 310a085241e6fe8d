/* Answers the requests of docs/protocol.md with the network that config.h names. */
#ifndef SERVE_H
#define SERVE_H

/* Never returns. */
void serve_run(void);

#endif
