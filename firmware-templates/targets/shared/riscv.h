/* What all RISC-V cores have: registers in memory, and control and status registers. */
#ifndef RISCV_H
#define RISCV_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define CSR_WRITE(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"(value) : "memory")
#define CSR_SET(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"(bits) : "memory")
#define CSR_READ(name, result) __asm__ volatile("csrr %0, " #name : "=r"(result)::"memory")

#define MSTATUS_INTERRUPTS (1u << 3)
#define MIE_EXTERNAL (1u << 11)

#endif
