import type { Architecture, Effect } from './architecture.js';

/**
 * Instructions by mnemonic, in the spelling of gcc and clang. `harmless` is an allow-list: whatever no list knows is reported
 * as unknown, so that a new instruction can never slip through as harmless.
 *
 * Sources: Armv6-M/Armv7-M Architecture Reference Manuals, AVR Instruction Set Manual, Intel SDM volume 2 and AMD64 APM volumes
 * 3-5, Arm Architecture Reference Manual for A-profile, RISC-V Unprivileged ISA.
 */
interface InstructionSet {
  readonly multiplies: RegExp;
  readonly floats: RegExp;
  readonly divides: RegExp;
  readonly harmless: RegExp;
  /** Jumps and calls whose last operand may be a symbol. */
  readonly branches: RegExp;
}

/** A pattern that matches any of the alternatives from start to end, with an optional ending. */
function any(alternatives: string, ending = ''): RegExp {
  return new RegExp(`^(?:${alternatives.trim().split(/\s+/).join('|')})${ending}$`);
}

const ARM_CONDITION = 'eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al';
const ARM_ENDING = `s?(?:${ARM_CONDITION})?(?:\\.[nw])?`;

const ARM: InstructionSet = {
  multiplies: any(
    `mul mla mls [su]mull [su]mlal umaal smul[btw][bt] smla[btw][bt] smlal[bt][bt] smlald?x? smlsl?dx? smlad?x?
     smua?dx? smusdx? smm(ul|la|ls)r? v(n?mul|n?ml[as]|fn?m[as]|q?r?dmul|q?dml[as]|[su]dot)\\w*(\\.\\w+)*`,
    ARM_ENDING,
  ),
  // Whatever names a float type, and the moves between float and integer representations.
  floats: any(
    `v\\w+(\\.\\w+)*\\.[bf](16|32|64)(\\.\\w+)* f(abs|add|cmp|cpy|div|neg|sqrt|sub|mul|n?mac|n?msc)[sd]\\w*`,
  ),
  divides: any('[su]div', ARM_ENDING),
  harmless: any(
    `adc add addw adr and asr b bfc bfi bic bkpt bl blx bx cbn?z cdp clrex clz cmn cmp cps cps[ie][de] cpy dmb dsb eor
     isb it[te]* ldr ldr(b|h|sb|sh|d|t) ldrex[bh]? ld(m|mia|mdb|mfd|mea) lsl lsr mov movw movt mrs msr mvn neg nop
     orn orr pkhbt pkhtb pld pop push qd?add qd?sub rbit rev rev16 revsh ror rrx rsb rsc sbc [su]bfx sel sev [su]sat(16)?
     str str(b|h|d|t) strex[bh]? st(m|mia|mdb|mfd|mea) sub subw svc
     ([su]|[su]h|q|uq)(add8|add16|sub8|sub16|asx|sax) [su]xta?(b|h|b16) tbb tbh teq tst udf usada?8 wfe wfi yield`,
    ARM_ENDING,
  ),
  branches: any(`b bl blx cbz cbnz`, `(?:${ARM_CONDITION})?(?:\\.[nw])?`),
};

/** `bx` and `blx` take registers too. */
const ARM_REGISTER = any('r\\d+ lr ip sp pc fp sl sb');

const AVR: InstructionSet = {
  multiplies: any('mul muls mulsu fmul fmuls fmulsu'),
  floats: any('(?!)'),
  divides: any('(?!)'),
  harmless: any(
    `adc add adiw and andi asr bclr bld br(bc|bs|cc|cs|eq|ge|hc|hs|id|ie|lo|lt|mi|ne|pl|sh|tc|ts|vc|vs) break bset bst
     call cbi cbr cl[chinstvz] clr com cp cpc cpi cpse dec eicall eijmp elpm eor icall ijmp in inc jmp lac las lat ld ldd
     ldi lds lpm lsl lsr mov movw neg nop or ori out pop push rcall ret reti rjmp rol ror sbc sbci sbi sbic sbis sbiw sbr
     sbrc sbrs se[chinstvz] ser sleep spm st std sts sub subi swap tst wdr xch`,
  ),
  branches: any('call jmp rcall rjmp br[a-z]{2}'),
};

const CC = '(n?[abglo]e?|n?[cepsz]|np|po|pe|n?ae|n?be|n?ge|n?le)';

const X86: InstructionSet = {
  multiplies: any(
    `imul[bwlq]? mul[bwlq]? mulx[lq]? v?pmul\\w+ v?pmadd\\w+ vpdp\\w+ v?pclmul\\w+ v?gf2p8mulb v?mul[sp][sdh] v?dpp[sd]
     vfn?m(add|sub)\\w* vfc?(madd|mul)c\\w* fi?mulp?[sl]?`,
  ),
  floats: any(
    `v?(add|sub|mul|div|sqrt|min|max|rcp|rsqrt|round|hadd|hsub|addsub|dp|range|reduce|getexp|getmant|scalef|rcp14|rsqrt14)[sp][sdh]
     v?u?comis[sdh] v?cmp\\w*[sp][sdh] v?cvt\\w+ vfn?m(add|sub)\\w* vfc?(madd|mul)c\\w* vrndscale\\w+ vfixupimm\\w+
     f(?!ence)[a-z0-9]+`,
  ),
  divides: any('i?div[bwlq]?'),
  harmless: any(
    `mov[bwlq]? movbe[wlq]? movabs[bwlq]? mov[sz][bwl][wlq]? movslq movs[bwlq] lea[wlq]? c[lwqd]t[lqd]? cltq cltd cqto cwt[ld]
     (add|adc|sub|sbb|and|or|xor|cmp|test)[bwlq]? (not|neg|inc|dec|push|pop|xchg|xadd|cmpxchg)[bwlq]?
     (s[ah][lr]|ro[lr]|rc[lr]|sh[lr]d)[bwlq]? (sar|shl|shr|ror)x[lq]? adcx[lq]? adox[lq]? bt[src]?[wlq]? bs[fr][wlq]?
     bswap[lq]? (tzcnt|lzcnt|popcnt)[wlq]? andn[lq]? bextr[lq]? bls(i|r|msk)[lq]? bzhi[lq]? pdep[lq]? pext[lq]?
     set${CC} cmov${CC}[wlq]? j${CC} jmp[wlq]? j[er]?cxz call[wlq]? ret[wlq]? leave[wlq]? enter[wlq]? nop[wlq]? endbr64 ud2
     hlt pause int3 cld std clc stc cmc cpuid rep repz repe repnz repne lock notrack data16 cs
     (stos|scas|lods|cmps)[bwlq] [lms]fence prefetch\\w+ v?movnt\\w+
     v?mov(d|q|aps|apd|ups|upd|ss|sd|hps|hpd|lps|lpd|hlps|lhps|mskps|mskpd|ddup|shdup|sldup)
     v?movdq[au](8|16|32|64)? v?lddqu v?p(add|sub)u?s?[bwdq] v?ph(add|sub)s?[wd]
     v?p(and|andn|or|xor)[dq]? v?(and|andn|or|xor)p[sd] v?pcmp(eq|gt)[bwdq] vpcmp\\w* v?pack[su]s(wb|dw)
     v?punpck[lh](bw|wd|dq|qdq) v?unpck[lh]p[sd] v?pshuf(b|d|hw|lw|w) v?shufp[sd] v?ps(ll|rl|ra)(w|d|q|dq|vw|vd|vq) vprol\\w+ vpror\\w+
     v?pmov[sz]x(bw|bd|bq|wd|wq|dq) vpmov\\w+ v?pmovmskb v?pinsr[bwdq] v?pextr[bwdq] v?insertps v?extractps
     v?p(min|max)[su][bwdq] v?pabs[bwdq] v?pavg[bw] v?psadbw v?psign[bwd] v?palignr valign[dq] v?pblend(w|vb|d) vpblendm[bwdq]
     v?blendv?p[sd] v?ptest vpbroadcast\\w+ vbroadcast\\w+ vperm\\w+ vp(er)?mil\\w+ v(insert|extract)[fi]\\w+
     vzero(upper|all) vpternlog[dq] vp?gather\\w+ vpscatter\\w+ v?maskmov\\w+ vpmaskmov[dq] vp(compress|expand)\\w+ vpopcnt\\w+ vplzcnt\\w+
     k(mov|and|andn|or|xor|xnor|not|add|test|ortest|shiftl|shiftr|unpck)\\w* vptestn?m[bwdq] vdbpsadbw vpsh[lr]dv?[wdq]`,
  ),
  branches: any(`call[q]? jmp[q]? j${CC} j[er]?cxz`),
};

const A64: InstructionSet = {
  multiplies: any(
    `mul madd msub mneg [su]mull2? [su]m(add|sub|neg)l [su]mulh ml[as] [su]ml[as]l2? pmull?2? sqr?dml?\\w* [su]{1,2}dot \\w+mmla
     f(n?mul|n?madd|n?msub|ml[as]l?|mulx)2? fcmla bf(dot|ml\\w+)`,
  ),
  floats: any('[su]cvtf f(?!mov$)[a-z0-9]+ bf(cvt|dot|ml)\\w* jcvtzs [su]recpe [su]rsqrte'),
  divides: any('[su]div'),
  harmless: any(
    `addg? adds subs? subg? adcs? sbcs? ngcs? negs? ands? bics? eor eon orr orn mvn mvni mov[znk]? movi (lsl|lsr|asr|ror)v?
     [su]?bfm [su]?bfi [su]bfx [su]bfiz bfxil bfc extr cl[sz] cnt ctz rbit rev rev(16|32|64) cmp cmn tst ccmp ccmn csel cset csetm
     cs(inc|inv|neg) c(inc|inv|neg) b b\\.[a-z]{2} bl blr br ret cbn?z tbn?z adrp? ld[nu]?[rp]\\w* st[nu]?[rp]\\w* ldtr\\w* prfu?m
     [su]xt[bhw] nop hint bti(\\w+)? paci\\w+ auti\\w+ reta[ab] dmb dsb isb brk udf hlt csdb yield fmov
     addv addp [su]addl[vp]?2? [su]addw2? [su]subl2? [su]subw2? [su]adalp [su]?r?addhn2? [su]?r?subhn2? [su]r?h(add|sub) [su]q(add|sub) [su]{2}qadd
     shl [su]q?r?shl [su]r?shr [su]r?sra [su]?shll2? s[lr]i q?r?shrn2? [su]qr?shru?n2? sqshlu [su]?xtn2? sqxtun2? [su]qxtn2? [su]xtl2? dup ins
     [su]mov ext tb[lx] (zip|uzp|trn)[12] ld[1-4]r? st[1-4] cm(eq|gt|ge|hi|hs|le|lt|tst) bs[l] bi[tf] not neg abs sqabs sqneg
     [su](min|max)[vp]? [su]aba?d [su]aba?dl2? xar eor3 bcax rax1 mrs msr xpacl\\w*`,
  ),
  branches: any('b b\\.[a-z]{2} bl cbn?z tbn?z'),
};

const RISCV: InstructionSet = {
  multiplies: any(
    'mul mulw mulh mulhu mulhsu c\\.mul fn?m(ul|add|sub)\\.[shdq] v\\w*(mul|mac|madd|msac|msub|dot)\\w*\\.\\w+',
  ),
  floats: any('f(?!ence)[a-z]\\w*(\\.\\w+)* c\\.f\\w+ vf\\w+(\\.\\w+)*'),
  divides: any('(div|rem)u?w?'),
  harmless: any(
    `addi?w? subw? negw? andi? ori? xori? not andn orn xnor s[lr]li?w? srai?w? slti?u? sgtu? s(eqz|nez|ltz|gtz) li la lla lga lui auipc mv
     l[bhwd]u? s[bhwd] b(eq|ne|lt|ge|ltu|geu|gt|le|gtu|leu)z? j jal jr jalr call tail ret nop ecall ebreak fence(\\.i|\\.tso)? unimp
     csr\\w+ rd(cycle|time|instret)h? sext\\.[bhw] zext\\.[bhw] sh[123]add(\\.uw)? add\\.uw slli\\.uw clzw? ctzw? cpopw? maxu? minu?
     rev8 orc\\.b ro[lr]i?w? b(clr|ext|inv|set)i? pause wfi`,
  ),
  branches: any('call tail j jal b\\w+'),
};

const SETS: Readonly<Record<Architecture, InstructionSet>> = {
  'arm-thumb': ARM,
  avr: AVR,
  'x86-64': X86,
  aarch64: A64,
  riscv: RISCV,
};

/** Apple writes `add.4s v0, v1, v2` where others write `add v0.4s, v1.4s, v2.4s`. */
const APPLE_ARRANGEMENT = /\.(?:8b|16b|4h|8h|2s|4s|1d|2d|[bhsd])$/;

/** What an instruction does, or null when no list knows it. */
export function instructionEffect(
  architecture: Architecture,
  written: string,
  operands: string,
): Effect | null {
  const set = SETS[architecture];
  const mnemonic = architecture === 'aarch64' ? written.replace(APPLE_ARRANGEMENT, '') : written;
  const effect = {
    multiplies: set.multiplies.test(mnemonic),
    floats: set.floats.test(mnemonic) || isFloatConstant(architecture, mnemonic, operands),
    divides: set.divides.test(mnemonic),
  };
  const counted = effect.multiplies || effect.floats || effect.divides;
  return counted || set.harmless.test(mnemonic) ? effect : null;
}

/** `fmov` also moves plain bits between registers; only its constants are floats for sure. */
function isFloatConstant(architecture: Architecture, mnemonic: string, operands: string): boolean {
  return architecture === 'aarch64' && mnemonic === 'fmov' && operands.includes('#');
}

/** The symbol that an instruction jumps to or calls; null when it is none, or goes through a register. */
export function branchTarget(architecture: Architecture, mnemonic: string, operands: string): string | null {
  if (!SETS[architecture].branches.test(mnemonic)) return null;
  const last = operands.split(',').at(-1)?.trim() ?? '';
  if (architecture === 'arm-thumb' && ARM_REGISTER.test(last)) return null;
  return /^([A-Za-z_][\w.$]*)(?:@\w+|\(PLT\))?$/.exec(last)?.[1] ?? null;
}
