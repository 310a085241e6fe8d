// All four SPRAMs of an iCE40 UltraPlus and its PLL as cells, every input of which is a wire of its own: what comes in at
// the pins is taken over when `go` is 1, and the words that were read then go out.
module top (
    input clk,
    input go,
    input in0, in1, in2, in3,
    output out0, out1, out2, out3
);
  wire clock;
  SB_PLL40_PAD #(
      .DIVF(7'd47),
      .DIVQ(3'd5),
      .FILTER_RANGE(3'd1)
  ) pll (
      .PACKAGEPIN(clk),
      .PLLOUTGLOBAL(clock),
      .BYPASS(1'b0),
      .RESETB(1'b1)
  );

  reg [115:0] moving = 116'd0;
  reg [115:0] held = 116'd0;
  always @(posedge clock) begin
    moving <= {moving[111:0], in3, in2, in1, in0};
    if (go) held <= moving;
  end

  wire [63:0] read;
  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : memory
      SB_SPRAM256KA spram (
          .DATAIN(held[16*i+:16]),
          .ADDRESS(held[77:64]),
          .MASKWREN(held[78+4*i+:4]),
          .WREN(held[94+i]),
          .CHIPSELECT(held[98+i]),
          .STANDBY(held[102+i]),
          .SLEEP(held[106+i]),
          .POWEROFF(held[110+i]),
          .CLOCK(clock),
          .DATAOUT(read[16*i+:16])
      );
    end
  endgenerate

  reg [63:0] leaving = 64'd0;
  always @(posedge clock) leaving <= go ? read : {leaving[59:0], 4'd0};
  assign {out3, out2, out1, out0} = leaving[63:60];
endmodule
