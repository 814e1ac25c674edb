namespace SpotArtifacts.Cli.Tests.Report;

/// <summary>The head of a PNG file of 3 x 2 pixels; reports do not decode what follows.</summary>
internal static class SamplePng
{
    public static byte[] Bytes =>
    [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
        0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52,
        0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0,
    ];
}
