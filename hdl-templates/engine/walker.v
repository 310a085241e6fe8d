// The places of a tensor's elements, one after another, in one of three orders:
//
//   ELEMENTS  rows > columns > channels: as pictures come and traces go
//   COLUMNS   rows > blocks > channels in parts of `part_last` + 1 > the block's columns > the part's channels: as the sums of
//             windowed stages come, a window at a time
//   FILTERS   channels in parts of BANKS x (`part_last` + 1): as those of a dense stage come, which has one row and column
//
// An element lies at row + column + channel; where a column lies says a table, since columns are spread over the banks. `ready` is
// low for a clock while it is read. With one bank a block is a column, and all orders are the first.
module walker #(
    parameter BANKS = 4,
    parameter BANK_BITS = 2,
    parameter ADDRESS_BITS = 10,
    parameter COUNT_BITS = 8,
    parameter COLUMN_BITS = 7,  // of an address in the table of columns
    parameter CONTIGUOUS = 0  // 1: elements lie one after another, which takes no table
) (
    input clk,
    input start,  // at the first element
    input next,   // only when `ready`
    output reg ready,

    input [1:0] order,
    input [COUNT_BITS-1:0] part_last,
    input [COUNT_BITS-1:0] columns_last,
    input [COUNT_BITS-1:0] channels_last,
    input [COUNT_BITS-1:0] rows_last,
    input [ADDRESS_BITS-1:0] first,
    input [ADDRESS_BITS-1:0] row_step,
    input [COLUMN_BITS-1:0] column_first,

    output [COLUMN_BITS-1:0] column_address,
    input [ADDRESS_BITS-1:0] column_offset,
    input [BANK_BITS-1:0] column_bank,

    output [ADDRESS_BITS-1:0] address,
    output [BANK_BITS-1:0] bank,
    output [BANK_BITS-1:0] group,  // of the lane that an element comes from
    output reg [COUNT_BITS-1:0] channel,
    output window_end,  // the last element of a window
    output tensor_end  // the last of all
);
  localparam [1:0] ELEMENTS = 2'd0, COLUMNS = 2'd1;
  localparam [BANK_BITS-1:0] LAST_BANK = BANKS[BANK_BITS-1:0] - 1'b1;
  localparam [COUNT_BITS-1:0] BLOCK = BANKS[COUNT_BITS-1:0];

  reg [ADDRESS_BITS-1:0] row_address, counted;
  reg [COUNT_BITS-1:0] row, block_column, column, part, part_channel;
  reg [BANK_BITS-1:0] lane_group;

  wire channels_end = channel == channels_last;
  wire part_end = channels_end || (order != ELEMENTS && part == part_last);
  wire columns_end = column == columns_last;
  wire groups_end = BANKS == 1 || order == ELEMENTS || lane_group == LAST_BANK || (order == COLUMNS ? columns_end : channels_end);
  wire [COUNT_BITS-1:0] block = BANKS == 1 ? column : block_column;
  wire [COUNT_BITS-1:0] next_block = block + (order == ELEMENTS ? {{COUNT_BITS - 1{1'b0}}, 1'b1} : BLOCK);

  assign window_end = part_end && groups_end;
  assign tensor_end = window_end && channels_end && columns_end && row == rows_last;
  assign column_address = column_first + {{COLUMN_BITS - COUNT_BITS{1'b0}}, column};
  assign address = CONTIGUOUS != 0 ? counted : row_address + column_offset + {{ADDRESS_BITS - COUNT_BITS{1'b0}}, channel};
  assign bank = column_bank;
  assign group = lane_group;

  always @(posedge clk) begin
    ready <= 1'b1;
    if (next) begin
      counted <= counted + 1'b1;
      channel <= channel + 1'b1;
      part <= part + 1'b1;
      if (part_end) begin
        part <= 0;
        ready <= 1'b0;
        lane_group <= lane_group + 1'b1;
        if (order == COLUMNS && BANKS != 1) begin
          column  <= column + 1'b1;
          channel <= part_channel;
        end
      end
      if (window_end) begin
        lane_group <= 0;
        column <= block;
        channel <= channel + 1'b1;
        part_channel <= channel + 1'b1;
        if (channels_end) begin
          channel <= 0;
          part_channel <= 0;
          column <= next_block;
          block_column <= next_block;
          if (columns_end) begin
            column <= 0;
            block_column <= 0;
            row <= row + 1'b1;
            row_address <= row_address + row_step;
          end
        end
      end
    end
    if (start) begin
      ready <= 1'b0;
      row <= 0;
      block_column <= 0;
      column <= 0;
      channel <= 0;
      part <= 0;
      part_channel <= 0;
      lane_group <= 0;
      row_address <= first;
      counted <= first;
    end
  end
endmodule
