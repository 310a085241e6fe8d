// The cells of ice40_cells.v, renamed OUR_..., beside Yosys's own (SB_...), under the same random stimulus.
//
// Where a cell of Yosys gives x, ours may give anything. Prints a line for each kind of cell that differs, and the number of bits that were
// compared.
`timescale 1ns / 1ps
module cells_bench;
  parameter CLOCKS = 2000;
  parameter SEED = 1;

  integer random = SEED;
  integer compared = 0;
  reg [511:0] s = 512'd0;  // stimulus
  reg clk = 1'b0;
  reg read_clk = 1'b0;

  // Of each cell: what both give, in 16 bits.
  localparam CELLS = 16 + 1 + 6 + 16 + 1;
  wire [16*CELLS-1:0] theirs, ours;

  genvar i;
  generate
    for (i = 0; i < 16; i = i + 1) begin : luts
      localparam [15:0] INIT = 16'h6ac9 ^ (16'h1d3b * i);
      SB_LUT4 #(.LUT_INIT(INIT)) a (.O(theirs[16*i]), .I0(s[0]), .I1(s[1]), .I2(s[2]), .I3(s[3]));
      OUR_LUT4 #(.LUT_INIT(INIT)) b (.O(ours[16*i]), .I0(s[0]), .I1(s[1]), .I2(s[2]), .I3(s[3]));
      assign theirs[16*i+1+:15] = 15'd0, ours[16*i+1+:15] = 15'd0;
    end
  endgenerate

  SB_CARRY carry_a (.CO(theirs[256]), .I0(s[0]), .I1(s[1]), .CI(s[2]));
  OUR_CARRY carry_b (.CO(ours[256]), .I0(s[0]), .I1(s[1]), .CI(s[2]));
  assign theirs[271:257] = 15'd0, ours[271:257] = 15'd0;

  SB_DFF dff_a (.Q(theirs[272]), .C(clk), .D(s[0]));
  OUR_DFF dff_b (.Q(ours[272]), .C(clk), .D(s[0]));
  SB_DFFE dffe_a (.Q(theirs[288]), .C(clk), .D(s[0]), .E(s[1]));
  OUR_DFFE dffe_b (.Q(ours[288]), .C(clk), .D(s[0]), .E(s[1]));
  SB_DFFSR dffsr_a (.Q(theirs[304]), .C(clk), .D(s[0]), .R(s[2]));
  OUR_DFFSR dffsr_b (.Q(ours[304]), .C(clk), .D(s[0]), .R(s[2]));
  SB_DFFSS dffss_a (.Q(theirs[320]), .C(clk), .D(s[0]), .S(s[2]));
  OUR_DFFSS dffss_b (.Q(ours[320]), .C(clk), .D(s[0]), .S(s[2]));
  SB_DFFESR dffesr_a (.Q(theirs[336]), .C(clk), .D(s[0]), .E(s[1]), .R(s[2]));
  OUR_DFFESR dffesr_b (.Q(ours[336]), .C(clk), .D(s[0]), .E(s[1]), .R(s[2]));
  SB_DFFESS dffess_a (.Q(theirs[352]), .C(clk), .D(s[0]), .E(s[1]), .S(s[2]));
  OUR_DFFESS dffess_b (.Q(ours[352]), .C(clk), .D(s[0]), .E(s[1]), .S(s[2]));
  generate
    for (i = 17; i < 23; i = i + 1) begin : one_bit
      assign theirs[16*i+1+:15] = 15'd0, ours[16*i+1+:15] = 15'd0;
    end
  endgenerate

  // Few words, so that what was written is read; each mode of reading with each of writing.
  wire [10:0] read_address = {s[18:16], 6'd0, s[20:19]}, write_address = {s[23:21], 6'd0, s[25:24]};
  generate
    for (i = 0; i < 16; i = i + 1) begin : rams
      localparam [31:0] MIX = 32'h9e37_79b9 * (i + 1);
      localparam [255:0] FIRST = {MIX, ~MIX, MIX * 32'd3, MIX * 32'd5, MIX * 32'd7, MIX * 32'd11, MIX ^ (MIX >> 5), MIX * 32'd13};
      localparam [255:0] LAST = ~FIRST ^ {8{MIX >> 7}};
      SB_RAM40_4K #(.READ_MODE(i % 4), .WRITE_MODE(i / 4), .INIT_0(FIRST), .INIT_F(LAST)) a (
          .RDATA(theirs[16*(23+i)+:16]), .RCLK(read_clk), .RCLKE(s[8]), .RE(s[9]), .RADDR(read_address ^ {3'd0, {8{s[28]}}}),
          .WCLK(clk), .WCLKE(s[10]), .WE(s[11]), .WADDR(write_address ^ {3'd0, {8{s[29]}}}), .MASK(s[47:32]), .WDATA(s[63:48]));
      OUR_RAM40_4K #(.READ_MODE(i % 4), .WRITE_MODE(i / 4), .INIT_0(FIRST), .INIT_F(LAST)) b (
          .RDATA(ours[16*(23+i)+:16]), .RCLK(read_clk), .RCLKE(s[8]), .RE(s[9]), .RADDR(read_address ^ {3'd0, {8{s[28]}}}),
          .WCLK(clk), .WCLKE(s[10]), .WE(s[11]), .WADDR(write_address ^ {3'd0, {8{s[29]}}}), .MASK(s[47:32]), .WDATA(s[63:48]));
    end
  endgenerate

  wire [13:0] address = {s[64], 10'd0, s[67:65]};
  wire asleep = &s[72:70];  // seldom
  wire stand_by = &s[76:74];
  wire powered = !(&s[89:80]);  // hardly ever off, since all is lost then
  SB_SPRAM256KA spram_a (
      .ADDRESS(address), .DATAIN(s[115:100]), .MASKWREN(s[119:116]), .WREN(s[120]), .CHIPSELECT(s[121] | s[122]), .CLOCK(clk),
      .STANDBY(stand_by), .SLEEP(asleep), .POWEROFF(powered), .DATAOUT(theirs[16*39+:16]));
  OUR_SPRAM256KA spram_b (
      .ADDRESS(address), .DATAIN(s[115:100]), .MASKWREN(s[119:116]), .WREN(s[120]), .CHIPSELECT(s[121] | s[122]), .CLOCK(clk),
      .STANDBY(stand_by), .SLEEP(asleep), .POWEROFF(powered), .DATAOUT(ours[16*39+:16]));

  integer which, at, clock, k;
  reg [CELLS-1:0] told = 0;
  task compare;
    for (which = 0; which < CELLS; which = which + 1)
      if (ours[16*which+:16] === theirs[16*which+:16]) compared = compared + 16;
      else
        for (at = 0; at < 16; at = at + 1)
          if (theirs[16*which+at] !== 1'bx) begin
            compared = compared + 1;
            if (ours[16*which+at] !== theirs[16*which+at] && !told[which]) begin
              told[which] = 1'b1;
              $display("cell %0d differs in bit %0d at clock %0d: %b, not %b", which, at, clock, ours[16*which+at], theirs[16*which+at]);
            end
          end
  endtask

  initial begin
    for (clock = 0; clock < CLOCKS; clock = clock + 1) begin
      for (k = 0; k < 16; k = k + 1) s[32*k+:32] = $random(random);
      #1 compare;
      clk = s[200];
      read_clk = s[200] ^ s[201];
      #1 compare;
      clk = 1'b0;
      read_clk = 1'b0;
      #1 compare;
    end
    $display("compared %0d", compared);
  end
endmodule
