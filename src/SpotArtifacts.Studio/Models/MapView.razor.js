// Draws thumbnails at their places on a canvas that is zoomed and panned, by pointer, wheel and keys. Places are 0 to 1.
export function draw(canvas, x, y, sheetUrl, side, columns, page) {
    const context = canvas.getContext('2d'), sheet = new Image(), pointers = new Map();
    let zoom = 1, left = 0, top = 0, chosen = -1, moved = 0, pinch = 0, asked = 0;

    const extent = () => Math.min(canvas.clientWidth, canvas.clientHeight) * 0.92 * zoom;
    const place = i => [canvas.clientWidth / 2 + (x[i] - 0.5 - left) * extent(), canvas.clientHeight / 2 + (y[i] - 0.5 - top) * extent()];
    // Small where many lie together, and no larger than their pixels are worth.
    const tile = () => Math.max(10, Math.min(3 * side, 0.75 * extent() / columns));

    function paint() {
        asked = 0;
        const scale = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight, size = tile();
        if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
            canvas.width = Math.round(width * scale);
            canvas.height = Math.round(height * scale);
        }
        context.setTransform(scale, 0, 0, scale, 0, 0);
        context.clearRect(0, 0, width, height);
        for (let i = 0; i < x.length; i++) {
            const [px, py] = place(i);
            if (px > -size && py > -size && px < width + size && py < height + size)
                thumbnail(i, px, py, size);
        }
        if (chosen < 0)
            return;
        const [px, py] = place(chosen), large = Math.max(size, 48);
        thumbnail(chosen, px, py, large);
        context.lineWidth = 3;
        context.strokeStyle = getComputedStyle(canvas).color;
        context.strokeRect(px - large / 2, py - large / 2, large, large);
    }

    function thumbnail(i, px, py, size) {
        context.drawImage(sheet, i % columns * side, Math.floor(i / columns) * side, side, side, px - size / 2, py - size / 2, size, size);
    }

    function refresh() {
        if (!asked)
            asked = requestAnimationFrame(paint);
    }

    function zoomAt(factor, px, py) {
        const before = extent();
        zoom = Math.max(0.5, Math.min(60, zoom * factor));
        left += (px - canvas.clientWidth / 2) * (1 / before - 1 / extent());
        top += (py - canvas.clientHeight / 2) * (1 / before - 1 / extent());
        refresh();
    }

    function choose(i) {
        chosen = i;
        const [px, py] = place(i), edge = 40;
        if (px < edge || py < edge || px > canvas.clientWidth - edge || py > canvas.clientHeight - edge)
            [left, top] = [x[i] - 0.5, y[i] - 0.5];
        refresh();
        page.invokeMethodAsync('Choose', i);
    }

    function nearest(px, py, reach) {
        let best = -1, least = reach * reach;
        for (let i = 0; i < x.length; i++) {
            const [ox, oy] = place(i), distance = (ox - px) ** 2 + (oy - py) ** 2;
            if (distance <= least)
                [best, least] = [i, distance];
        }
        return best;
    }

    // The closest point in a direction; what lies aside counts double.
    function step(dx, dy) {
        if (chosen < 0) {
            choose(Math.max(0, nearest(canvas.clientWidth / 2, canvas.clientHeight / 2, 1e9)));
            return;
        }
        let best = -1, least = Infinity;
        for (let i = 0; i < x.length; i++) {
            const ahead = (x[i] - x[chosen]) * dx + (y[i] - y[chosen]) * dy, aside = Math.abs((x[i] - x[chosen]) * dy) + Math.abs((y[i] - y[chosen]) * dx);
            if (ahead > 0 && aside <= ahead && ahead + 2 * aside < least)
                [best, least] = [i, ahead + 2 * aside];
        }
        if (best >= 0)
            choose(best);
    }

    const spot = event => [event.offsetX, event.offsetY];
    const handlers = {
        pointerdown(event) {
            canvas.setPointerCapture(event.pointerId);
            pointers.set(event.pointerId, spot(event));
            [moved, pinch] = [0, 0];
        },
        pointermove(event) {
            const from = pointers.get(event.pointerId), to = spot(event);
            if (!from)
                return;
            pointers.set(event.pointerId, to);
            if (pointers.size === 2) {
                const [a, b] = [...pointers.values()], apart = Math.hypot(a[0] - b[0], a[1] - b[1]);
                if (pinch)
                    zoomAt(apart / pinch, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
                [pinch, moved] = [apart, 99];
                return;
            }
            moved += Math.abs(to[0] - from[0]) + Math.abs(to[1] - from[1]);
            left -= (to[0] - from[0]) / extent();
            top -= (to[1] - from[1]) / extent();
            refresh();
        },
        pointerup(event) {
            pointers.delete(event.pointerId);
            const point = moved < 5 ? nearest(...spot(event), Math.max(16, tile())) : -1;
            if (point >= 0)
                choose(point);
        },
        pointercancel: event => pointers.delete(event.pointerId),
        wheel(event) {
            event.preventDefault();
            zoomAt(Math.exp(-event.deltaY / 400), ...spot(event));
        },
        keydown(event) {
            const keys = {
                ArrowLeft: () => step(-1, 0), ArrowRight: () => step(1, 0), ArrowUp: () => step(0, -1), ArrowDown: () => step(0, 1),
                '+': () => control.zoom(1.5), '-': () => control.zoom(1 / 1.5), '0': () => control.reset(),
            };
            if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey)
                return;
            event.preventDefault();
            keys[event.key]();
        },
    };
    for (const [name, handler] of Object.entries(handlers))
        canvas.addEventListener(name, handler, { passive: false });
    const resized = new ResizeObserver(refresh);
    resized.observe(canvas);
    sheet.onload = refresh;
    sheet.src = sheetUrl;
    canvas.dataset.drawn = 'yes';
    const control = {
        zoom: factor => zoomAt(factor, canvas.clientWidth / 2, canvas.clientHeight / 2),
        reset() {
            [zoom, left, top] = [1, 0, 0];
            refresh();
        },
        dispose() {
            resized.disconnect();
            cancelAnimationFrame(asked);
        },
    };
    return control;
}
