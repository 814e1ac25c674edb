using System.Numerics;

namespace SpotArtifacts.Scenes;

/// <summary>A pattern of two colours that fills space; objects, floors and walls draw theirs from this one family.</summary>
internal sealed class SolidTexture
{
    private readonly Pattern _pattern;
    private readonly Quaternion _turn;
    private readonly Vector3 _shift;
    private readonly Vector3 _frequency;
    private readonly Vector3 _first;
    private readonly Vector3 _second;

    /// <summary>Draws a texture.</summary>
    /// <param name="random">The picture's stream.</param>
    /// <param name="luminance">Mean display luminance, 0 to 1.</param>
    public SolidTexture(SceneRandom random, float luminance)
    {
        _pattern = (Pattern)random.Below(5);
        _turn = Quaternion.CreateFromYawPitchRoll(random.Within(MathF.PI), random.Within(MathF.PI), random.Within(MathF.PI));
        _shift = new Vector3(random.Range(0, 64), random.Range(0, 64), random.Range(0, 64));
        _frequency = new Vector3(random.Range(1.3f, 4.8f));
        float contrast = random.Range(0.01f, 0.15f);
        float hue = random.Unit();
        float saturation = random.Range(0.05f, 0.6f);
        _first = Colour(hue, saturation, luminance + contrast);
        _second = Colour(hue + random.Within(0.2f), saturation * random.Range(0.3f, 1.5f), luminance - contrast);
    }

    private enum Pattern
    {
        Stripes,
        Checks,
        Clouds,
        Marble,
        Spots,
    }

    /// <summary>Linear-light RGB at a point.</summary>
    public Vector3 At(Vector3 point)
    {
        var p = (Vector3.Transform(point, _turn) * _frequency) + _shift;
        return Vector3.Lerp(_second, _first, Weight(p));
    }

    private float Weight(Vector3 p) => _pattern switch
    {
        Pattern.Stripes => Edge(MathF.Sin(p.X * 4)),
        Pattern.Checks => Edge(6 * MathF.Sin(p.X * 2.5f) * MathF.Sin(p.Y * 2.5f) * MathF.Sin(p.Z * 2.5f)),
        Pattern.Clouds => Math.Clamp((1.6f * ((Noise(p) * 0.67f) + (Noise(p * 2.1f) * 0.33f))) - 0.3f, 0, 1),
        Pattern.Marble => 0.5f + (0.5f * MathF.Sin((p.X * 2.5f) + (5 * Noise(p)))),
        _ => Spot(p),
    };

    /// <summary>A square wave with softened edges.</summary>
    private static float Edge(float wave) => Math.Clamp(0.5f + (2 * wave), 0, 1);

    /// <summary>One ball per cell of a cubic grid, its radius drawn by the cell.</summary>
    private static float Spot(Vector3 p)
    {
        var cell = new Vector3(MathF.Floor(p.X), MathF.Floor(p.Y), MathF.Floor(p.Z));
        float radius = 0.3f + (0.2f * Hash((int)cell.X, (int)cell.Y, (int)cell.Z));
        return Math.Clamp((radius - (p - cell - new Vector3(0.5f)).Length()) * 8, 0, 1);
    }

    /// <summary>Value noise in [0, 1]: hashed lattice values, smoothly interpolated.</summary>
    private static float Noise(Vector3 p)
    {
        float fx = MathF.Floor(p.X), fy = MathF.Floor(p.Y), fz = MathF.Floor(p.Z);
        int x = (int)fx, y = (int)fy, z = (int)fz;
        float u = Smooth(p.X - fx), v = Smooth(p.Y - fy), w = Smooth(p.Z - fz);
        float near = Mix(Mix(Hash(x, y, z), Hash(x + 1, y, z), u), Mix(Hash(x, y + 1, z), Hash(x + 1, y + 1, z), u), v);
        z++;
        float far = Mix(Mix(Hash(x, y, z), Hash(x + 1, y, z), u), Mix(Hash(x, y + 1, z), Hash(x + 1, y + 1, z), u), v);
        return Mix(near, far, w);
    }

    private static float Mix(float from, float to, float share) => from + ((to - from) * share);

    private static float Smooth(float share) => share * share * (3 - (2 * share));

    private static float Hash(int x, int y, int z)
    {
        uint bits = ((uint)x * 0x8DA6B343) ^ ((uint)y * 0xD8163841) ^ ((uint)z * 0xCB1AB31F);
        bits = (bits ^ (bits >> 15)) * 0x2C1B3C6D;
        bits = (bits ^ (bits >> 12)) * 0x297A2D39;
        return (bits >> 8) * (1f / (1 << 24));
    }

    /// <summary>A colour of given hue (turns) and display luminance, squared into linear light (gamma 2).</summary>
    private static Vector3 Colour(float hue, float saturation, float luminance)
    {
        var pure = new Vector3(Wave(hue), Wave(hue + (1f / 3)), Wave(hue + (2f / 3)));
        float own = Vector3.Dot(pure, new Vector3(0.3f, 0.59f, 0.11f));
        var display = Vector3.Clamp(new Vector3(luminance) + ((pure - new Vector3(own)) * (saturation * 0.6f)), Vector3.Zero,
            Vector3.One);
        return display * display;
    }

    private static float Wave(float hue) => 0.5f + (0.5f * MathF.Cos(2 * MathF.PI * hue));
}
