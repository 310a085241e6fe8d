// From an issued tap to one activation per group: group g reads column block x BANKS + g of the window's origin, moved by the tap.
//
// Column c of a tensor lies in bank c mod BANKS, so the BANKS columns under a tap lie in different banks, wherever they begin:
// those that begin a block in bank `rotation` run on in the next block's first banks. Outside the input `padding` is read.
//
//   clock 1  the tap's constants are read
//         2  addresses, and which groups are inside
//         3  the memory is read
//         4  values are turned to their groups: `activations`
module fetch #(
    parameter BANKS = 4,
    parameter BANK_BITS = 2,
    parameter ADDRESS_BITS = 10,
    parameter COUNT_BITS = 8,
    parameter INDEX_BITS = 3,
    parameter PADDED = 1  // 0: every tap is inside
) (
    input clk,

    // issued
    input tap,
    input [ADDRESS_BITS-1:0] address,
    input [COUNT_BITS-1:0] row,
    input [COUNT_BITS-1:0] block,

    // of the stage
    input [ADDRESS_BITS-1:0] block_step,
    input [INDEX_BITS-1:0] padding,
    input broadcast,  // all groups get the first group's activation

    // of the tap, a clock after it was issued
    input [ADDRESS_BITS-1:0] offset,
    input [BANK_BITS-1:0] rotation,
    input [COUNT_BITS-1:0] row_from,
    input [COUNT_BITS-1:0] row_to,  // rows and columns [from, to) of the origin are those at which the tap lies inside
    input [COUNT_BITS-1:0] column_from,
    input [COUNT_BITS-1:0] column_to,

    output read,
    output [BANKS*ADDRESS_BITS-1:0] read_address,
    input [BANKS*INDEX_BITS-1:0] value,

    output reg [BANKS*INDEX_BITS-1:0] activations
);
  reg tap_1, tap_2;
  reg [ADDRESS_BITS-1:0] address_1, address_2;
  reg [COUNT_BITS-1:0] row_1, block_1;
  reg [BANK_BITS-1:0] rotation_2, rotation_3;
  reg [BANKS-1:0] inside_2, inside_3;
  wire [ADDRESS_BITS-1:0] next_2 = address_2 + block_step;
  wire row_inside = PADDED == 0 || (row_1 >= row_from && row_1 < row_to);

  assign read = tap_2;

  always @(posedge clk) begin
    tap_1 <= tap;
    address_1 <= address;
    row_1 <= row;
    block_1 <= block;

    tap_2 <= tap_1;
    address_2 <= address_1 + offset;
    rotation_2 <= rotation;

    rotation_3 <= rotation_2;
    inside_3 <= inside_2;
  end

  genvar i;
  generate
    for (i = 0; i < BANKS; i = i + 1) begin : groups
      if (BANKS == 1) begin : one
        assign read_address = address_2;
        always @(posedge clk) begin
          inside_2 <= row_inside && (PADDED == 0 || (block_1 >= column_from && block_1 < column_to));
          activations <= inside_3[0] ? value : padding;
        end
        wire unused = &{1'b0, next_2, broadcast, rotation_3};
      end else begin : several
        localparam [BANK_BITS-1:0] NUMBER = i[BANK_BITS-1:0];
        wire [COUNT_BITS-1:0] column = (block_1 << BANK_BITS) | {{COUNT_BITS - BANK_BITS{1'b0}}, NUMBER};
        wire [BANK_BITS-1:0] bank = broadcast ? rotation_3 : rotation_3 + NUMBER;
        wire in_next = i < BANKS - 1 && rotation_2 > NUMBER;
        assign read_address[i*ADDRESS_BITS+:ADDRESS_BITS] = in_next ? next_2 : address_2;
        always @(posedge clk) begin
          inside_2[i] <= row_inside && (PADDED == 0 || (column >= column_from && column < column_to));
          activations[i*INDEX_BITS+:INDEX_BITS] <= inside_3[i] ? value[bank*INDEX_BITS+:INDEX_BITS] : padding;
        end
      end
    end
  endgenerate
endmodule
