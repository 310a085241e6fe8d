// Another frequency than the oscillator's: the one wrapper around the PLL of iCE40 parts (Lattice FPGA-TN-02052).
//
//   out = in / (DIVR + 1) x (DIVF + 1) / 2^DIVQ
module pll #(
    parameter PAD = 1,  // `in` comes straight from the pin that belongs to the PLL
    parameter [3:0] DIVR = 4'd0,
    parameter [6:0] DIVF = 7'd0,
    parameter [2:0] DIVQ = 3'd1,
    parameter [2:0] FILTER_RANGE = 3'd1
) (
    input  in,
    output out,
    output locked
);
  // Ports that are not named here keep their defaults: they are for what is not used, such as a delay.
  // verilator lint_off PINMISSING
  generate
    if (PAD != 0) begin : from_its_pin
      SB_PLL40_PAD #(
          .FEEDBACK_PATH("SIMPLE"),
          .PLLOUT_SELECT("GENCLK"),
          .DIVR(DIVR),
          .DIVF(DIVF),
          .DIVQ(DIVQ),
          .FILTER_RANGE(FILTER_RANGE)
      ) sb_pll (
          .PACKAGEPIN(in),
          .PLLOUTGLOBAL(out),
          .LOCK(locked),
          .BYPASS(1'b0),
          .RESETB(1'b1)
      );
    end else begin : from_logic
      SB_PLL40_CORE #(
          .FEEDBACK_PATH("SIMPLE"),
          .PLLOUT_SELECT("GENCLK"),
          .DIVR(DIVR),
          .DIVF(DIVF),
          .DIVQ(DIVQ),
          .FILTER_RANGE(FILTER_RANGE)
      ) sb_pll (
          .REFERENCECLK(in),
          .PLLOUTGLOBAL(out),
          .LOCK(locked),
          .BYPASS(1'b0),
          .RESETB(1'b1)
      );
    end
  endgenerate
  // verilator lint_on PINMISSING
endmodule
