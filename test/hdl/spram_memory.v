// A memory of 16,384 words of 48 bits that Yosys puts into three SPRAMs, so that one stays off; at the pins like spram_cells.v.
module top (
    input clk,
    input go,
    input in0, in1, in2, in3,
    output out0, out1, out2, out3
);
  reg [115:0] moving = 116'd0;
  reg [115:0] held = 116'd0;
  always @(posedge clk) begin
    moving <= {moving[111:0], in3, in2, in1, in0};
    if (go) held <= moving;
  end

  wire [47:0] word = held[47:0];
  wire [13:0] address = held[77:64];
  wire write = held[94];

  (* ram_style = "huge" *) reg [47:0] memory[0:16383];
  reg [47:0] read;
  always @(posedge clk)
    if (write) memory[address] <= word;
    else read <= memory[address];

  reg [63:0] leaving = 64'd0;
  always @(posedge clk) leaving <= go ? {16'd0, read} : {leaving[59:0], 4'd0};
  assign {out3, out2, out1, out0} = leaving[63:60];
endmodule
