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
    parameter INDEX_BITS = 3
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
  reg [COUNT_BITS-1:0] row_1, block_1;
  reg [BANK_BITS-1:0] turn_2;
  reg [BANKS-1:0] inside_2;
  wire [ADDRESS_BITS-1:0] here = look ? look_address : address_1 + offset;
  wire [ADDRESS_BITS-1:0] there = here + block_step;
  wire row_inside = row_1 >= row_from && (&row_to || row_1 < row_to);

  always @(posedge clk) begin
    address_1 <= address;
    row_1 <= row;
    block_1 <= block;
    turn_2 <= turn;
  end

  genvar i;
  generate
    for (i = 0; i < BANKS; i = i + 1) begin : groups
      if (BANKS == 1) begin : one
        assign read_address = here;
        assign activations = inside_2[0] ? value : padding;
        always @(posedge clk) inside_2 <= row_inside && block_1 >= column_from && (&column_to || block_1 < column_to);
        wire unused = &{1'b0, there, broadcast, turn_2, skew};
      end else begin : several
        localparam [BANK_BITS-1:0] NUMBER = i[BANK_BITS-1:0];
        wire [COUNT_BITS-1:0] column = (block_1 << BANK_BITS) | {{COUNT_BITS - BANK_BITS{1'b0}}, NUMBER};
        wire [BANK_BITS-1:0] begins = turn - skew;
        wire [BANK_BITS-1:0] place = NUMBER - skew;
        wire [BANK_BITS-1:0] bank = broadcast ? turn_2 : turn_2 + NUMBER;
        assign read_address[i*ADDRESS_BITS+:ADDRESS_BITS] = place < begins && !look ? there : here;
        assign activations[i*INDEX_BITS+:INDEX_BITS] = inside_2[i] ? value[bank*INDEX_BITS+:INDEX_BITS] : padding;
        always @(posedge clk) inside_2[i] <= row_inside && column >= column_from && (&column_to || column < column_to);
      end
    end
  endgenerate
endmodule
