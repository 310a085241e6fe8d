// From an issued tap to one activation per group: group g reads column block x BANKS + g of the window's origin, moved by the tap.
//
// BANKS columns under a tap lie in different banks, wherever they begin: the first in bank `turn`, the others in those that follow.
// Those that begin a block in the middle run on in the next block; `skew` is the bank in which blocks begin. Outside the input
// `padding` is read.
//
//   clock 1  the tap's constants are there: addresses
//         2  values are there, and turned to their groups: `activations`
module fetch #(
    parameter BANKS = 4,
    parameter BANK_BITS = 2,
    parameter ADDRESS_BITS = 10,
    parameter COUNT_BITS = 8,
    parameter INDEX_BITS = 3,
    parameter BOUNDED = 1  // taps may lie outside the input
) (
    input clk,

    // issued
    input [ADDRESS_BITS-1:0] address,
    input [COUNT_BITS-1:0] row,
    input [COUNT_BITS-1:0] block,

    // of the stage
    input [ADDRESS_BITS-1:0] block_step,
    input [INDEX_BITS-1:0] padding,
    input broadcast,  // all groups get the first group's activation

    // of the tap, a clock after it was issued
    input [ADDRESS_BITS-1:0] offset,
    input [BANK_BITS-1:0] turn,
    input [BANK_BITS-1:0] skew,
    input [COUNT_BITS-1:0] row_from,
    input [COUNT_BITS-1:0] row_to,  // rows and columns [from, to) of the origin are those at which the tap lies inside
    input [COUNT_BITS-1:0] column_from,
    input [COUNT_BITS-1:0] column_to,

    // for a look at one place: that address in all banks
    input look,
    input [ADDRESS_BITS-1:0] look_address,

    output [BANKS*ADDRESS_BITS-1:0] read_address,
    input [BANKS*INDEX_BITS-1:0] value,

    output [BANKS*INDEX_BITS-1:0] activations
);
  reg [ADDRESS_BITS-1:0] address_1;
  reg [BANK_BITS-1:0] turn_2;
  wire [BANKS-1:0] is_inside;
  wire [ADDRESS_BITS-1:0] here = look ? look_address : address_1 + offset;
  wire [ADDRESS_BITS-1:0] there = here + block_step;

  always @(posedge clk) begin
    address_1 <= address;
    turn_2 <= turn;
  end

  generate
    if (BOUNDED != 0) begin : bounded
      localparam BLOCK_SHIFT = BANKS == 1 ? 0 : BANK_BITS;
      reg [COUNT_BITS-1:0] row_1, block_1;
      reg [BANKS-1:0] inside_2;
      wire row_inside = row_1 >= row_from && (&row_to || row_1 < row_to);
      wire [COUNT_BITS-1:0] first_column = block_1 << BLOCK_SHIFT;
      always @(posedge clk) begin
        row_1   <= row;
        block_1 <= block;
      end
      genvar k;
      for (k = 0; k < BANKS; k = k + 1) begin : columns
        wire [COUNT_BITS-1:0] column = first_column | k[COUNT_BITS-1:0];
        always @(posedge clk) inside_2[k] <= row_inside && column >= column_from && (&column_to || column < column_to);
      end
      assign is_inside = inside_2;
    end else begin : unbounded
      assign is_inside = {BANKS{1'b1}};
      wire unused = &{1'b0, row, block, row_from, row_to, column_from, column_to};
    end
  endgenerate

  genvar i;
  generate
    for (i = 0; i < BANKS; i = i + 1) begin : groups
      if (BANKS == 1) begin : one
        assign read_address = here;
        assign activations = is_inside[0] ? value : padding;
        wire unused = &{1'b0, there, broadcast, turn_2, skew};
      end else begin : several
        localparam [BANK_BITS-1:0] NUMBER = i[BANK_BITS-1:0];
        wire runs_on;
        greater #(
            .WIDTH(BANK_BITS)
        ) in_next_block (
            .a(turn - skew),
            .b(NUMBER - skew),
            .y(runs_on)
        );
        wire [BANK_BITS-1:0] bank = broadcast ? turn_2 : turn_2 + NUMBER;
        assign read_address[i*ADDRESS_BITS+:ADDRESS_BITS] = runs_on && !look ? there : here;
        assign activations[i*INDEX_BITS+:INDEX_BITS] = is_inside[i] ? value[bank*INDEX_BITS+:INDEX_BITS] : padding;
      end
    end
  endgenerate
endmodule
