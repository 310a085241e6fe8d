// COUNT numbers of FROM bits as numbers of TO bits, TO > FROM.
module widen #(
    parameter COUNT = 1,
    parameter FROM = 1,
    parameter TO = 2
) (
    input  [COUNT*FROM-1:0] in,
    output [  COUNT*TO-1:0] out
);
  genvar k;
  generate
    for (k = 0; k < COUNT; k = k + 1) begin : numbers
      assign out[k*TO+:TO] = {{TO - FROM{1'b0}}, in[k*FROM+:FROM]};
    end
  endgenerate
endmodule
