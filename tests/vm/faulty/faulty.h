/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTY_H
#define FAULTY_H

enum { FAULT_NONE, FAULT_ERROR, FAULT_EXIT, FAULT_STALL, FAULT_VERIFIER, FAULT_LAST_KICK };

#endif
