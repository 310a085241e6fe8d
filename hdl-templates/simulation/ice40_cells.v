// What the cells of an iCE40 do, for simulating a netlist or a bitstream: those that designs without multiplication use.
//
// Lattice FPGA-TN-1387, "iCE40 Technology Library"; test/hdl/ice40-cells.test.ts compares them with Yosys's own models.

module SB_LUT4 #(
    parameter [15:0] LUT_INIT = 16'd0
) (
    output O,
    input  I0,
    input  I1,
    input  I2,
    input  I3
);
  assign O = LUT_INIT[{I3, I2, I1, I0}];
endmodule

module SB_CARRY (
    output CO,
    input  I0,
    input  I1,
    input  CI
);
  assign CO = (I0 & I1) | ((I0 | I1) & CI);
endmodule

// ---- Flip-flops: E enable, S set or R reset, which wait for the clock after an S ("synchronous") ----

module SB_DFF (
    output reg Q,
    input C,
    input D
);
  initial Q = 1'b0;
  always @(posedge C) Q <= D;
endmodule

module SB_DFFE (
    output reg Q,
    input C,
    input E,
    input D
);
  initial Q = 1'b0;
  always @(posedge C) if (E) Q <= D;
endmodule

module SB_DFFSR (
    output reg Q,
    input C,
    input R,
    input D
);
  initial Q = 1'b0;
  always @(posedge C) Q <= R ? 1'b0 : D;
endmodule

module SB_DFFSS (
    output reg Q,
    input C,
    input S,
    input D
);
  initial Q = 1'b0;
  always @(posedge C) Q <= S ? 1'b1 : D;
endmodule

module SB_DFFESR (
    output reg Q,
    input C,
    input E,
    input R,
    input D
);
  initial Q = 1'b0;
  always @(posedge C) if (E) Q <= R ? 1'b0 : D;
endmodule

module SB_DFFESS (
    output reg Q,
    input C,
    input E,
    input S,
    input D
);
  initial Q = 1'b0;
  always @(posedge C) if (E) Q <= S ? 1'b1 : D;
endmodule

// ---- Memories ----

// 4 kbit, as 256 x 16, 512 x 8, 1024 x 4 or 2048 x 2 (modes 0 to 3). In narrow modes the upper bits of an address choose
// a bit within each group of 2, 4 or 8; data go in and out at fixed places of the groups.
module SB_RAM40_4K #(
    parameter READ_MODE = 0,
    parameter WRITE_MODE = 0,
    parameter [255:0] INIT_0 = 256'd0, INIT_1 = 256'd0, INIT_2 = 256'd0, INIT_3 = 256'd0,
    parameter [255:0] INIT_4 = 256'd0, INIT_5 = 256'd0, INIT_6 = 256'd0, INIT_7 = 256'd0,
    parameter [255:0] INIT_8 = 256'd0, INIT_9 = 256'd0, INIT_A = 256'd0, INIT_B = 256'd0,
    parameter [255:0] INIT_C = 256'd0, INIT_D = 256'd0, INIT_E = 256'd0, INIT_F = 256'd0
) (
    output reg [15:0] RDATA,
    input RCLK,
    input RCLKE,
    input RE,
    input [10:0] RADDR,
    input WCLK,
    input WCLKE,
    input WE,
    input [10:0] WADDR,
    input [15:0] MASK,
    input [15:0] WDATA
);
  localparam [4095:0] INIT = {INIT_F, INIT_E, INIT_D, INIT_C, INIT_B, INIT_A, INIT_9, INIT_8,
                              INIT_7, INIT_6, INIT_5, INIT_4, INIT_3, INIT_2, INIT_1, INIT_0};
  reg [15:0] memory[0:255];
  integer i;
  initial for (i = 0; i < 256; i = i + 1) memory[i] = INIT[16*i+:16];

  wire [15:0] stored = memory[RADDR[7:0]];
  reg  [15:0] read;
  integer r;
  always @* begin
    read = stored;
    if (READ_MODE == 1) begin
      read = 16'd0;
      for (r = 0; r < 8; r = r + 1) read[2*r] = stored[2*r+{31'd0, RADDR[8]}];
    end
    if (READ_MODE == 2) begin
      read = 16'd0;
      for (r = 0; r < 4; r = r + 1) read[4*r+1] = stored[4*r+{30'd0, RADDR[9:8]}];
    end
    if (READ_MODE == 3) begin
      read = 16'd0;
      for (r = 0; r < 2; r = r + 1) read[8*r+3] = stored[8*r+{29'd0, RADDR[10:8]}];
    end
  end
  initial RDATA = 16'd0;
  always @(posedge RCLK) if (RCLKE && RE) RDATA <= read;

  reg [15:0] keep;  // bits that are not written
  reg [15:0] value;
  integer w;
  always @* begin
    keep  = MASK;
    value = WDATA;
    for (w = 0; w < 16; w = w + 1) begin
      if (WRITE_MODE == 1) begin
        keep[w]  = w[0] != WADDR[8];
        value[w] = WDATA[w-w%2];
      end
      if (WRITE_MODE == 2) begin
        keep[w]  = w[1:0] != WADDR[9:8];
        value[w] = WDATA[w-w%4+1];
      end
      if (WRITE_MODE == 3) begin
        keep[w]  = w[2:0] != WADDR[10:8];
        value[w] = WDATA[w-w%8+3];
      end
    end
  end
  always @(posedge WCLK)
    if (WCLKE && WE) memory[WADDR[7:0]] <= (memory[WADDR[7:0]] & keep) | (value & ~keep);
endmodule

// 256 kbit, as 16,384 x 16. What it reads after power-up is not known: zero here.
module SB_SPRAM256KA (
    input [13:0] ADDRESS,
    input [15:0] DATAIN,
    input [3:0] MASKWREN,
    input WREN,
    input CHIPSELECT,
    input CLOCK,
    input STANDBY,
    input SLEEP,
    input POWEROFF,
    output reg [15:0] DATAOUT
);
  reg [15:0] memory[0:16383];
  wire [15:0] written = {{4{MASKWREN[3]}}, {4{MASKWREN[2]}}, {4{MASKWREN[1]}}, {4{MASKWREN[0]}}};
  wire off = SLEEP || !POWEROFF;
  always @(posedge CLOCK or posedge off)
    if (off) DATAOUT <= 16'd0;
    else if (CHIPSELECT && !STANDBY) begin
      if (WREN) memory[ADDRESS] <= (memory[ADDRESS] & ~written) | (DATAIN & written);
      else DATAOUT <= memory[ADDRESS];
    end
endmodule

// PLLs: the simulated clock is the one that they make, so they only pass it on.
// verilator lint_off UNUSED
module SB_PLL40_PAD #(
    parameter FEEDBACK_PATH = "SIMPLE",
    parameter PLLOUT_SELECT = "GENCLK",
    parameter DELAY_ADJUSTMENT_MODE_FEEDBACK = "FIXED",
    parameter DELAY_ADJUSTMENT_MODE_RELATIVE = "FIXED",
    parameter SHIFTREG_DIV_MODE = 1'b0,
    parameter [3:0] FDA_FEEDBACK = 4'd0,
    parameter [3:0] FDA_RELATIVE = 4'd0,
    parameter [3:0] DIVR = 4'd0,
    parameter [6:0] DIVF = 7'd0,
    parameter [2:0] DIVQ = 3'd0,
    parameter [2:0] FILTER_RANGE = 3'd0,
    parameter ENABLE_ICEGATE = 1'b0,
    parameter TEST_MODE = 1'b0
) (
    input PACKAGEPIN,
    output PLLOUTCORE,
    output PLLOUTGLOBAL,
    input EXTFEEDBACK,
    input [7:0] DYNAMICDELAY,
    output LOCK,
    input BYPASS,
    input RESETB,
    input LATCHINPUTVALUE,
    output SDO,
    input SDI,
    input SCLK
);
  assign PLLOUTCORE = PACKAGEPIN;
  assign PLLOUTGLOBAL = PACKAGEPIN;
  assign LOCK = RESETB;
  assign SDO = 1'b0;
endmodule

module SB_PLL40_CORE #(
    parameter FEEDBACK_PATH = "SIMPLE",
    parameter PLLOUT_SELECT = "GENCLK",
    parameter DELAY_ADJUSTMENT_MODE_FEEDBACK = "FIXED",
    parameter DELAY_ADJUSTMENT_MODE_RELATIVE = "FIXED",
    parameter SHIFTREG_DIV_MODE = 1'b0,
    parameter [3:0] FDA_FEEDBACK = 4'd0,
    parameter [3:0] FDA_RELATIVE = 4'd0,
    parameter [3:0] DIVR = 4'd0,
    parameter [6:0] DIVF = 7'd0,
    parameter [2:0] DIVQ = 3'd0,
    parameter [2:0] FILTER_RANGE = 3'd0,
    parameter ENABLE_ICEGATE = 1'b0,
    parameter TEST_MODE = 1'b0
) (
    input REFERENCECLK,
    output PLLOUTCORE,
    output PLLOUTGLOBAL,
    input EXTFEEDBACK,
    input [7:0] DYNAMICDELAY,
    output LOCK,
    input BYPASS,
    input RESETB,
    input LATCHINPUTVALUE,
    output SDO,
    input SDI,
    input SCLK
);
  assign PLLOUTCORE = REFERENCECLK;
  assign PLLOUTGLOBAL = REFERENCECLK;
  assign LOCK = RESETB;
  assign SDO = 1'b0;
endmodule
// verilator lint_on UNUSED
